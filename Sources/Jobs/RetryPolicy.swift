/// What a job asks for when it fails: Sidekiq's `retry` field.
package enum RetryRule: Sendable, Equatable {
    /// `false`: a failure drops the job.
    case never
    /// A number, or `true` for 25: so many more tries, then the dead set.
    case atMost(Int)

    /// What `true` stands for.
    package static let defaultTries = 25
}

/// What a job's own rule says of a failure: Sidekiq's `sidekiq_retry_in`.
package enum RetryChoice: Sendable, Equatable {
    case byFormula
    /// With Sidekiq's jitter on top.
    case after(Duration)
    case discard
    /// To the dead set, whatever tries are left.
    case kill
}

/// What becomes of a failed job. Pure: the random number is an argument, and delays are relative.
package enum RetryPolicy {
    package enum Verdict: Sendable, Equatable {
        /// Again after `delay`; `count` is the new `retry_count`.
        case retry(count: Int, delay: Duration)
        case bury(count: Int)
        case discard
    }

    /// - Parameters:
    ///   - isOverdue: for a job that is tried for a time, whether that is over; nil when tries count.
    ///   - choice: the job's own rule, which is asked only when a try is left.
    ///   - retryCount: the job's field before this failure: nil if it is the first.
    ///   - keepsDead: whether an exhausted job goes to the dead set.
    ///   - random: from 0 up to but not including 1.
    package static func verdict(
        rule: RetryRule, isOverdue: Bool? = nil, retryCount: Int?, keepsDead: Bool, random: Double,
        choice: (_ count: Int) -> RetryChoice = { _ in .byFormula }
    ) -> Verdict {
        guard case .atMost(let tries) = rule else { return .discard }
        let count = retryCount.map { $0 + 1 } ?? 0
        guard isOverdue.map({ !$0 }) ?? (count < tries) else {
            return keepsDead ? .bury(count: count) : .discard
        }
        return switch choice(count) {
        case .byFormula: .retry(count: count, delay: delay(count: count, random: random))
        case .after(let delay): .retry(count: count, delay: delay + jitter(count: count, random: random))
        case .discard: .discard
        case .kill: keepsDead ? .bury(count: count) : .discard
        }
    }

    /// Sidekiq's formula: count⁴ + 15 s, and up to 10 × (count + 1) s more so that jobs that failed together do
    /// not come back together. The jitter is continuous: whole seconds make herds (sidekiq#6413).
    package static func delay(count: Int, random: Double) -> Duration {
        // Capped where the power would overflow; by then a year has passed.
        let tries = Double(min(count, 1000))
        return .seconds(tries * tries * tries * tries + 15) + jitter(count: count, random: random)
    }

    private static func jitter(count: Int, random: Double) -> Duration {
        .seconds(random * 10 * Double(min(count, 1000) + 1))
    }
}
