import Realtime
import Redis

/// Receipts as high-water marks: up to which message one side has got, and has read.
package struct Receipts: Sendable {
    package enum Mark: String, Sendable { case delivered, read }

    let redis: RedisClient
    let coldChats: ColdChats

    /// Raises a mark; a lower one than is known changes nothing. Returns where the mark is.
    ///
    /// - Parameter upTo: a seq; nil for everything there is.
    @discardableResult
    package func mark(
        _ mark: Mark, upTo seq: Int?, in chat: Chat.Address, by reader: Principal, at now: Timestamp
    ) async throws -> Int {
        if let seq, seq < 1 {
            throw SupportError.invalid(field: "up_to_seq", "It is a message's seq, from 1.")
        }
        let reply = try await coldChats.warm(chat, for: reader, at: now) {
            try await redis.evaluate(
                coldChats.scripts.mark,
                keys: [chat.state, chat.cell.journal, chat.cell.state, chat.staffLog],
                arguments: [
                    .string(now.iso8601), .string(reader.senderKind.rawValue), .string(mark.rawValue),
                    .integer(seq ?? 0), .string(chat.channel), .string(chat.staffChannel),
                    .integer(coldChats.configuration.staffLogLength),
                ])
        }
        return reply.array?.last?.text.flatMap { Int($0) } ?? 0
    }
}
