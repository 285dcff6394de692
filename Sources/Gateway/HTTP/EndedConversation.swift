import Hummingbird
import Support

/// Ending a conversation, and rating it, by REST: the same for both sides of a chat.
enum EndedConversation {
    private struct Input: Decodable {
        var reason: String?
        var comment: String?
        var conversationID: Conversation.ID?
        enum CodingKeys: String, CodingKey {
            case reason, comment
            case conversationID = "conversation_id"
        }
    }

    private struct Output: Encodable {
        let conversation: Conversation.View?
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(conversation, forKey: .conversation)
        }
        enum CodingKeys: CodingKey { case conversation }
    }

    /// Ends what is open; when nothing is, the answer is the same.
    static func end(
        _ request: Request, _ chat: Chat.Address, by principal: Principal, _ desk: SupportDesk,
        at now: Timestamp
    ) async throws -> some ResponseGenerator {
        let input = try await request.json(Input.self)
        try await desk.endings.end(
            chat, try Ending(asked: input.reason, comment: input.comment, by: principal),
            conversation: input.conversationID, for: principal, at: now)
        let view = try await desk.chats.show(chat, to: principal, limit: 1, at: now)
        return JSONBody(Output(conversation: view.conversation))
    }

    static func rate(
        _ request: Request, by contact: ContactSession, _ desk: SupportDesk, at now: Timestamp
    ) async throws -> some ResponseGenerator {
        struct Input: Decodable {
            var score: WholeNumber?
            var comment: String?
            var conversationID: Conversation.ID?
            enum CodingKeys: String, CodingKey {
                case score, comment
                case conversationID = "conversation_id"
            }
        }
        struct Output: Encodable {
            struct Score: Encodable { let score: Int }
            let rating: Score
        }
        let input = try await request.json(Input.self)
        let score = try await desk.ratings.rate(
            try Rating(score: input.score?.value, comment: input.comment), by: contact,
            conversation: input.conversationID, at: now)
        return JSONBody(Output(rating: .init(score: score)))
    }
}
