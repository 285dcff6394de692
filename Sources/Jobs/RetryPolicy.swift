/// What a job asks for when it fails: Sidekiq's `retry` field.
package enum RetryRule: Sendable, Equatable {
    /// `false`: a failure drops the job.
    case never
    /// A number, or `true` for 25: so many more tries, then the dead set.
    case atMost(Int)

    /// What `true` stands for.
    package static let defaultTries = 25

    /// The field's value.
    var json: String {
        switch self {
        case .never: "false"
        case .atMost(let tries): "\(tries)"
        }
    }
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
    ///   - retryCount: the job's field before this failure: nil if it is the first.
    ///   - keepsDead: whether an exhausted job goes to the dead set.
    ///   - random: from 0 up to but not including 1.
    package static func verdict(
        rule: RetryRule, retryCount: Int?, keepsDead: Bool, random: Double
    ) -> Verdict {
        guard case .atMost(let tries) = rule else { return .discard }
        let count = retryCount.map { $0 + 1 } ?? 0
        if count < tries { return .retry(count: count, delay: delay(count: count, random: random)) }
        return keepsDead ? .bury(count: count) : .discard
    }

    /// Sidekiq's formula: count⁴ + 15 s, and up to 10 × (count + 1) s more so that jobs that failed together do
    /// not come back together. The jitter is continuous: whole seconds make herds (sidekiq#6413).
    package static func delay(count: Int, random: Double) -> Duration {
        // Capped where the power would overflow; by then a year has passed.
        let count = Double(min(count, 1000))
        return .seconds(count * count * count * count + 15 + random * 10 * (count + 1))
    }
}
