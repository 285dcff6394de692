import Metrics
import Realtime
import Redis

/// Ending conversations: one script call, which does it once however often it is asked for.
///
/// The chat stays; whoever writes in it next opens another conversation.
package struct Endings: Sendable {
    /// A timer on whose behalf a conversation is ended: if it was set anew meanwhile nothing happens.
    package struct Cause: Sendable {
        package let timer: String
        /// Milliseconds, as it was seen.
        package let due: Int
        /// The newest message when it was set; nil if messages make no difference.
        package let newestSeq: Int?

        package init(timer: String, due: Int, newestSeq: Int?) {
            (self.timer, self.due, self.newestSeq) = (timer, due, newestSeq)
        }
    }

    let redis: RedisClient
    let coldChats: ColdChats

    /// Ends a chat's open conversation. Returns whether there was one to end.
    ///
    /// Throws `SupportError`: `.notFound` for a chat that does not exist, `.unavailable` when a cold chat cannot be read.
    ///
    /// - Parameters:
    ///   - conversation: which one is meant; any other is left alone. Nil is whichever is open.
    ///   - caller: who asks; nil is the system.
    @discardableResult
    package func end(
        _ chat: Chat.Address, _ ending: Ending, conversation: Conversation.ID? = nil,
        for caller: Principal? = nil, because cause: Cause? = nil, at now: Timestamp
    ) async throws -> Bool {
        let keys = [
            chat.state, chat.history, chat.clients, chat.cell.journal, chat.cell.state, chat.staffLog,
            chat.cell.timers, chat.cell.timerNotes,
        ]
        let arguments: [RedisArgument] = [
            .integer(now.milliseconds), .string(now.iso8601),
            .string(conversation?.description ?? ""), .string(ending.reason.rawValue),
            .string(ending.actor.word), .string(ending.actor.idJSON),
            .string(JSONText.string(ending.comment)),
            .integer(Int(coldChats.configuration.chatIdleExpiry.components.seconds)),
            .string(chat.channel), .string(chat.staffChannel),
            .integer(coldChats.configuration.staffLogLength), .string(cause?.timer ?? ""),
            .integer(cause?.due ?? 0), .integer(cause?.newestSeq ?? -1),
            coldChats.configuration.deskOptions,
        ]
        let reply = try await coldChats.warm(chat, for: caller, at: now) {
            try await redis.evaluate(coldChats.scripts.end, keys: keys, arguments: arguments)
        }
        guard reply.array?.first?.text == "ended" else { return false }
        Counter(
            label: "switchboard.conversations.ended", dimensions: [("reason", ending.reason.rawValue)]
        ).increment()
        return true
    }
}
