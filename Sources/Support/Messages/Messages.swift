import Metrics
import NIOCore
import Realtime
import Redis

/// Accepting messages: one script call each, and nothing else (DESIGN §4, "Write path").
package final class Messages: Sendable {
    package enum Sent: Sendable {
        /// New: everyone in the chat is getting it. The message as clients see it, as JSON.
        case accepted(ByteBuffer)
        /// A resend of one that was accepted before: the same message.
        case duplicate(ByteBuffer)
    }

    private let redis: RedisClient
    private let coldChats: ColdChats
    private let rows: MessageRows
    private let send: RedisScript
    private let configuration: SupportConfiguration
    /// By what the script answered; made once, as finding a metric by its name takes a lock.
    private let counters: [String: Counter]

    init(
        redis: RedisClient, scripts: ScriptLibrary, coldChats: ColdChats, rows: MessageRows,
        configuration: SupportConfiguration
    ) throws(RedisError) {
        self.redis = redis
        self.coldChats = coldChats
        self.rows = rows
        send = try scripts.script("messages/send")
        self.configuration = configuration
        counters = ["accepted", "duplicate", "forgotten", "limited"].reduce(into: [:]) { counters, outcome in
            counters[outcome] = Counter(label: "switchboard.messages", dimensions: [("outcome", outcome)])
        }
    }

    /// Sends a message to a chat that the sender may write in.
    ///
    /// - Parameter address: where it comes from, for the limit that all who write from there share; nil has none.
    ///
    /// Throws `SupportError`: `.limited`, `.notFound` for a chat that does not exist, `.unavailable` when a cold
    /// chat cannot be read; and `RedisError` when Redis is away. After an error it is unknown whether the message
    /// was accepted, so the sender repeats it with the same `client_id`.
    package func send(
        _ draft: MessageDraft, to chat: Chat.Address, from sender: Principal, address: String? = nil,
        at now: Timestamp
    ) async throws -> Sent {
        let iso = now.iso8601
        let limit = sender.senderKind == .user ? configuration.contactMessages : configuration.agentMessages
        let keys = [
            chat.state, chat.history, chat.clients,
            chat.rate(of: "\(sender.senderKind.rawValue):\(sender.senderID)"),
            chat.rate(ofAddress: address ?? ""), chat.cell.journal, chat.cell.state, chat.staffLog,
        ]
        let arguments: [RedisArgument] = [
            .integer(now.milliseconds), .string(iso), .string(sender.senderKind.rawValue),
            .string(sender.senderID), .string(JSONText.string(sender.senderName)),
            .string("\(sender.senderKind.rawValue):\(draft.clientID)"),
            .string(draft.json(id: .new(at: now), sender: sender, at: iso)),
            .string(draft.summary(sender: sender.senderKind, at: iso)),
            .string(Conversation.ID.new(at: now).description), .integer(limit.interval),
            .integer(limit.burst),
            .integer(configuration.historyLength), .string(chat.channel), .string(chat.staffChannel),
            .integer(configuration.staffLogLength),
            .integer(address == nil ? 0 : configuration.addressMessages.interval),
            .integer(configuration.addressMessages.burst), configuration.deskOptions,
        ]
        let reply = try await coldChats.warm(chat, for: sender, at: now) {
            try await redis.evaluate(send, keys: keys, arguments: arguments)
        }
        let outcome = reply.array?.first?.text
        counters[outcome ?? ""]?.increment()
        switch (outcome, reply.array?.last) {
        case ("accepted", let message?): return .accepted(message.bytes ?? ByteBuffer())
        case ("duplicate", let message?): return .duplicate(message.bytes ?? ByteBuffer())
        case ("limited", let wait?): throw SupportError.limited(retryAfter: wait.int ?? limit.interval)
        case ("forgotten", let seq?):
            // Accepted long ago and no longer in Redis: PostgreSQL has had it since.
            guard let number = seq.text.flatMap({ Int($0) }),
                let message = try await rows.find(chat, seq: number)
            else {
                throw SupportError.unavailable("This message was accepted before, but cannot be read now.")
            }
            return .duplicate(try message.json())
        default: throw SupportError.unavailable("The chat could not be opened; try again.")
        }
    }
}
