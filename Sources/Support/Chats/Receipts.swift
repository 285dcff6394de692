import Realtime
import Redis

/// Receipts as high-water marks: up to which message one side has got, and has read.
///
/// A side's mark is where its foremost member is: any tab of the contact, any agent. What has been read counts as
/// delivered. Each agent has a mark of their own besides, which their count of unread messages goes by.
package struct Receipts: Sendable {
    package enum Mark: String, Sendable { case delivered, read }

    let redis: RedisClient
    let coldChats: ColdChats
    let configuration: SupportConfiguration

    /// Raises a mark; a lower one than is known changes nothing. Returns where the side's mark is.
    ///
    /// Throws `SupportError`: `.limited` for a reader who marks faster than anybody reads, `.notFound`, `.unavailable`.
    ///
    /// - Parameter upTo: a seq; nil for everything there is.
    @discardableResult
    package func mark(
        _ mark: Mark, upTo seq: Int?, in chat: Chat.Address, by reader: Principal, at now: Timestamp
    ) async throws -> Int {
        if let seq, seq < 1 {
            throw SupportError.invalid(field: "up_to_seq", "It is a message's seq, from 1.")
        }
        let who = reader.senderKind
        let limit = who == .user ? configuration.contactMarks : configuration.agentMarks
        let keys = [
            chat.state, chat.history, chat.cell.journal, chat.cell.state,
            chat.rate(of: "marks:\(who.rawValue):\(reader.senderID)"), chat.staffLog,
        ]
        let reply = try await coldChats.warm(chat, for: reader, at: now) {
            try await redis.evaluate(
                coldChats.scripts.mark, keys: keys,
                arguments: [
                    .integer(now.milliseconds), .string(now.iso8601), .string(who.rawValue),
                    .string(mark.rawValue), .integer(seq ?? 0), .string(who == .admin ? reader.senderID : ""),
                    .integer(limit.interval), .integer(limit.burst), .string(chat.channel),
                    .string(chat.staffChannel), .integer(configuration.staffLogLength),
                ])
        }
        if reply.array?.first?.text == "limited" {
            throw SupportError.limited(retryAfter: reply.array?.last?.int ?? limit.interval)
        }
        return reply.array?.last?.text.flatMap { Int($0) } ?? 0
    }
}
