import NIOCore
import Support

/// `typing {on}`: everybody in the chat is told, nothing is kept.
struct TypingCommand: Command {
    static let action = "typing"
    private let on: Bool

    init(_ input: ActionInput) throws(SupportError) {
        guard let on = input.on else { throw .invalid(field: "on", "It is missing; it is true or false.") }
        self.on = on
    }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        try await context.desk.typing.tell(on, in: try context.chat(for: Self.action), by: context.principal)
        return nil
    }
}
