import NIOCore
import Support

/// `end {reason?, comment?, conversation_id?}`: the conversation is over; told to everybody in the chat.
struct EndCommand: Command {
    static let action = "end"
    private let reason: String?
    private let comment: String?
    private let conversation: Conversation.ID?

    init(_ input: ActionInput) throws(SupportError) {
        (reason, comment, conversation) = (input.reason, input.comment, try input.conversation())
    }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        try await context.desk.endings.end(
            try context.chat(for: Self.action),
            try Ending(asked: reason, comment: comment, by: context.principal), conversation: conversation,
            for: context.principal, at: now)
        return nil
    }
}
