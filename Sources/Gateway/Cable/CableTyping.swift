import NIOConcurrencyHelpers
import Support

/// One socket's `TypingTurns`, for its commands, which run on any thread.
final class CableTyping: Sendable {
    private let turns = NIOLockedValueBox(TypingTurns())

    func turn(_ on: Bool, in place: Typing.Place, at now: Timestamp) -> [TypingTurns.Change] {
        turns.withLockedValue { $0.turn(on, in: place, at: now) }
    }

    func leave(_ chat: Chat.Address) -> Typing.Place? { turns.withLockedValue { $0.leave(chat) } }
}
