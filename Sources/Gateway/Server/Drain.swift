import Synchronization

/// The first half of stopping a gateway: it still answers, and sends everybody elsewhere.
///
///     begin() ─▶ not ready for load balancers · no more WebSockets · the open ones close, spread over the drain period
///     … and when that period is over the server stops: no more connections, requests in flight are finished
package final class Drain: Sendable {
    private struct State {
        var hasBegun = false
        var listeners: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var hasBegun: Bool { state.withLock { $0.hasBegun } }

    /// Says so to all who listen; the second time to nobody.
    package func begin() {
        let listeners = state.withLock { state in
            state.hasBegun = true
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { listener() }
    }

    /// Calls `listener` when it begins, from any thread.
    func whenBegun(_ listener: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.hasBegun { state.listeners.append(listener) }
            return state.hasBegun
        }
        if isLate { listener() }
    }
}
