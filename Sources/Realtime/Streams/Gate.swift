import NIOConcurrencyHelpers
import NIOCore

/// Lets so many tasks do something at the same time; the others wait in line.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiting: CircularBuffer<CheckedContinuation<Void, Never>> = []
    }

    private let state: NIOLockedValueBox<State>

    init(limit: Int) { state = NIOLockedValueBox(State(free: limit)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let enters = state.withLockedValue { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if enters { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLockedValue { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
