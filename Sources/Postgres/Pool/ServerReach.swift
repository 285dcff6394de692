import Logging
import Synchronization

/// Whether the server can be reached, as the threads of a pool found out between them.
///
/// While it is away, one caller at a time tries again, after a pause that doubles; all others are refused at
/// once, in place of each waiting out a connect timeout.
final class ServerReach: Sendable {
    private struct State {
        var failures = 0
        var retryAt = ContinuousClock.now
        var isTrying = false
        var reason = ""
    }

    private let state = Mutex(State())
    private let delay: ClosedRange<Duration>
    private let logger: Logger

    init(delay: ClosedRange<Duration>, logger: Logger) {
        self.delay = delay
        self.logger = logger
    }

    /// `nil` means: try to connect, and report by `succeeded` or `failed`.
    func refusal(at now: ContinuousClock.Instant = .now) -> PostgresError? {
        state.withLock { state in
            guard state.failures > 0 else { return nil }
            guard now >= state.retryAt, !state.isTrying else {
                return PostgresError(.connection, "the database is away: \(state.reason)")
            }
            state.isTrying = true
            return nil
        }
    }

    func succeeded() {
        let wasAway = state.withLock { state in
            defer { state = State() }
            return state.failures > 0
        }
        if wasAway { logger.notice("database is back") }
    }

    func failed(_ error: PostgresError, at now: ContinuousClock.Instant = .now) {
        let isFirst = state.withLock { state in
            let pause = min(delay.upperBound, delay.lowerBound * (1 << min(state.failures, 16)))
            // A random part keeps a fleet of processes from knocking in step.
            state.retryAt = now + pause * Double.random(in: 0.75...1)
            state.failures += 1
            state.isTrying = false
            state.reason = error.message
            return state.failures == 1
        }
        if isFirst { logger.warning("database is away", metadata: ["reason": "\(error.message)"]) }
    }
}
