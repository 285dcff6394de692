import Realtime
import Redis

/// Asking contacts what they think, once for each conversation.
package struct Ratings: Sendable {
    let redis: RedisClient
    let coldChats: ColdChats

    /// Keeps the contact's rating of the conversation that has ended. Returns the score that counts: the first one.
    ///
    /// Throws `SupportError.notFound` when there is no ended conversation to rate: none yet, or the next one is open.
    ///
    /// - Parameter conversation: which one is meant; nil is the latest.
    package func rate(
        _ rating: Rating, by contact: ContactSession, conversation: Conversation.ID? = nil, at now: Timestamp
    ) async throws -> Int {
        let chat = contact.chat
        let reply = try await coldChats.warm(chat, for: .contact(contact), at: now) {
            try await redis.evaluate(
                coldChats.scripts.rate,
                keys: [
                    chat.state, chat.history, chat.clients, chat.cell.journal, chat.cell.state, chat.staffLog,
                ],
                arguments: [
                    .string(now.iso8601), .string(conversation?.description ?? ""), .integer(rating.score),
                    .string(JSONText.string(rating.comment)),
                    .integer(Int(coldChats.configuration.chatIdleExpiry.components.seconds)),
                    .string(chat.channel), .string(chat.staffChannel),
                    .integer(coldChats.configuration.staffLogLength),
                ])
        }
        guard let score = reply.array?.last?.text.flatMap({ Int($0) }) else {
            throw SupportError.notFound("conversation")
        }
        return score
    }
}
