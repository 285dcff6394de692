import Foundation
import Synchronization

/// The time as Redis has it, carried on since the last comparison by a clock that nobody sets.
///
/// What decides about a job (is it due, is it expired, is its time for retries over, which day does it count for) goes by
/// one clock for all processes; one whose own clock is wrong, or jumps, would else drop jobs that others run.
final class RedisClock: Sendable {
    private struct Comparison {
        /// s since 1970.
        let redis: Double
        let at: ContinuousClock.Instant
    }

    private let last = Mutex<Comparison?>(nil)

    func observed(_ redis: Double, at instant: ContinuousClock.Instant = .now) {
        last.withLock { $0 = Comparison(redis: redis, at: instant) }
    }

    /// Whether it is time to compare again: no two clocks run alike.
    func isStale(at instant: ContinuousClock.Instant = .now) -> Bool {
        last.withLock { last in last.map { instant - $0.at > .seconds(60) } ?? true }
    }

    /// By this process's own clock as long as nothing was compared.
    func now(at instant: ContinuousClock.Instant = .now) -> Date {
        guard let last = last.withLock({ $0 }) else { return Date() }
        return Date(timeIntervalSince1970: last.redis + (instant - last.at).inSeconds)
    }
}
