/// The subscriptions of one session, as a pure state machine.
///
///     subscribe ──▶ pending ──confirmed──▶ active ──unsubscribe──▶ (gone)
///                      └──────rejected / unsubscribe─────────────▶ (gone)
///
/// Clients repeat `subscribe` until it is confirmed (Rails' guarantor every 500 ms), and some unsubscribe when
/// they get a second confirmation: so each subscription is confirmed exactly once, whatever is repeated.
package struct ActionCableSubscriptions<Channel: Sendable>: Sendable {
    package enum Subscribe: Equatable, Sendable { case begin, ignore, tooMany }

    private enum State {
        case pending
        case active(Channel)
    }
    private var states: [ExactString: State] = [:]
    private let limit: Int

    /// - Parameter limit: subscriptions that one session may hold.
    package init(limit: Int) { self.limit = limit }

    package mutating func subscribe(_ identifier: String) -> Subscribe {
        if states[ExactString(identifier)] != nil { return .ignore }
        if states.count >= limit { return .tooMany }
        states[ExactString(identifier)] = .pending
        return .begin
    }

    /// Returns whether to confirm: not when the client has unsubscribed meanwhile.
    package mutating func confirm(_ identifier: String, _ channel: Channel) -> Bool {
        guard case .pending = states[ExactString(identifier)] else { return false }
        states[ExactString(identifier)] = .active(channel)
        return true
    }

    /// Returns whether to tell the client: not when it has unsubscribed meanwhile.
    package mutating func reject(_ identifier: String) -> Bool {
        guard case .pending = states[ExactString(identifier)] else { return false }
        states[ExactString(identifier)] = nil
        return true
    }

    /// Returns the channel that was left, if it was active.
    package mutating func unsubscribe(_ identifier: String) -> Channel? {
        guard case .active(let channel)? = states.removeValue(forKey: ExactString(identifier)) else {
            return nil
        }
        return channel
    }

    package func channel(_ identifier: String) -> Channel? {
        guard case .active(let channel) = states[ExactString(identifier)] else { return nil }
        return channel
    }

    package var active: [(identifier: String, channel: Channel)] {
        states.compactMap { identifier, state in
            guard case .active(let channel) = state else { return nil }
            return (identifier.text, channel)
        }
    }
}
