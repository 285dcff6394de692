import Foundation
import Synchronization

/// The time as Redis has it, by the last comparison with this machine's clock.
///
/// What decides about a job (is it expired, is its time for retries over, which day does it count for) goes by one clock
/// for all processes; one whose clock is wrong, or jumps, would else drop jobs that others run.
final class RedisClock: Sendable {
    /// Redis's time less ours, s.
    private let offset = Mutex(0.0)

    func observed(_ redis: Double, at local: Date = Date()) {
        offset.withLock { $0 = redis - local.timeIntervalSince1970 }
    }

    func now(local: Date = Date()) -> Date { local.addingTimeInterval(offset.withLock { $0 }) }
}
