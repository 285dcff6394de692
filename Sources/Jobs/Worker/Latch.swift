import Synchronization

/// A door that opens once and stays open.
final class Latch: Sendable {
    private enum State {
        case closed(waiting: [Int: CheckedContinuation<Void, Never>], next: Int)
        case open
    }
    private let state = Mutex(State.closed(waiting: [:], next: 0))

    var isOpen: Bool {
        state.withLock { if case .open = $0 { true } else { false } }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = .open }
            guard case .closed(let waiting, _) = state else { return [CheckedContinuation<Void, Never>]() }
            return Array(waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the door is open or the task is cancelled.
    func wait() async {
        let ticket = state.withLock { state -> Int in
            guard case .closed(let waiting, let next) = state else { return 0 }
            state = .closed(waiting: waiting, next: next + 1)
            return next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    // Looked at under the lock: a cancellation before this point finds nobody to wake.
                    guard case .closed(var waiting, let next) = state, !Task.isCancelled else { return false }
                    waiting[ticket] = continuation
                    state = .closed(waiting: waiting, next: next)
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            let woken = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .closed(var waiting, let next) = state else { return nil }
                let woken = waiting.removeValue(forKey: ticket)
                state = .closed(waiting: waiting, next: next)
                return woken
            }
            woken?.resume()
        }
    }
}
