import NIOCore
import Support

/// `typing {on, private?}`: everybody in the chat is told, of a private note staff alone; nothing is kept.
struct TypingCommand: Command {
    static let action = "typing"
    private let on: Bool
    private let isPrivate: Bool

    init(_ input: ActionInput) throws(SupportError) {
        guard let on = input.on else { throw .invalid(field: "on", "It is missing; it is true or false.") }
        self.on = on
        isPrivate = input.isPrivate ?? false
    }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        let place = Typing.Place(chat: try context.chat(for: Self.action), isPrivate: isPrivate)
        if isPrivate, case .contact = context.principal {
            throw SupportError.forbidden("Private notes are the staff's.")
        }
        for change in context.typing.turn(on, in: place, at: now) {
            try await context.desk.typing.tell(change.on, in: change.place, by: context.principal)
        }
        return nil
    }
}
