import Synchronization

/// A sleep that others may end before its time.
final class Alarm: Sendable {
    private struct State {
        var isRung = false
        var sleeper: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// Ends the sleep that is under way, or the next one.
    func ring() {
        state.withLock { state in
            state.sleeper?.cancel()
            state.isRung = true
        }
    }

    /// Returns after `duration`, when the alarm rings, or when the task is cancelled. One task at a time may sleep.
    func sleep(for duration: Duration) async {
        let sleeper = state.withLock { state -> Task<Void, Never>? in
            guard !state.isRung else {
                state.isRung = false
                return nil
            }
            // `try?`: being cancelled is how it ends early.
            let task = Task { _ = try? await Task.sleep(for: duration) }
            state.sleeper = task
            return task
        }
        guard let sleeper else { return }
        await withTaskCancellationHandler {
            await sleeper.value
        } onCancel: {
            sleeper.cancel()
        }
        state.withLock { $0 = State() }
    }
}
