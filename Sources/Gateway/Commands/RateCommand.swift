import NIOCore
import Support

/// `rate {score, comment?, conversation_id?}`: what the contact thinks of the conversation that has ended.
struct RateCommand: Command {
    static let action = "rate"
    private let rating: Rating
    private let conversation: Conversation.ID?

    init(_ input: ActionInput) throws(SupportError) {
        rating = try Rating(score: input.score?.value, comment: input.comment)
        conversation = try input.conversation()
    }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        _ = try context.chat(for: Self.action)
        guard case .contact(let contact) = context.principal else {
            throw SupportError.forbidden("Only the contact can rate.")
        }
        _ = try await context.desk.ratings.rate(rating, by: contact, conversation: conversation, at: now)
        return nil
    }
}
