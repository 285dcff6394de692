import Metrics
import Synchronization

/// Counts the WebSockets of a server, and lets the server wait for the last of them.
///
/// A socket has no task of its own, so Hummingbird's server, which waits for the tasks of its connections
/// before it stops, would stop over the heads of open sockets. One task stands for all of them: that of the
/// first connection to become a socket stays until there is none left.
final class OpenSockets: Sendable {
    private struct State {
        var count = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let meter = Meter(label: "gateway.sockets.open")

    var count: Int { state.withLock { $0.count } }

    func increment() {
        meter.set(
            state.withLock { state in
                state.count += 1
                return state.count
            })
    }

    func decrement() {
        let (count, waiting) = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return (state.count, nil as CheckedContinuation<Void, Never>?) }
            defer { state.waiting = nil }
            return (0, state.waiting)
        }
        meter.set(count)
        waiting?.resume()
    }

    /// Returns once no socket is open; at once when somebody waits for that already. `onCancel` is to make
    /// the sockets close, for a cancelled server may not leave them behind.
    func wait(onCancel: @escaping @Sendable () -> Void) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.count > 0, state.waiting == nil else { return false }
                    state.waiting = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            onCancel()
        }
    }
}
