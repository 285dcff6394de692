import NIOCore
import Support

/// How fast one session may send frames: a token bucket (generic cell rate algorithm) as a plain value.
///
/// A frame beyond it is dropped and its sender told when to go on. Being refused has a bucket of its own, five times as
/// large: whoever waits, and tries too early once more, never empties it. Whoever does, does not listen: `abuse`.
struct FrameBudget {
    /// A `RateLimit` in the unit of the clock.
    struct Rule: Sendable {
        fileprivate let interval: TimeAmount
        fileprivate let burst: TimeAmount

        init(_ limit: RateLimit) {
            let interval = max(1, Int64(limit.per / .nanoseconds(1)))
            self.interval = .nanoseconds(interval)
            self.burst = .nanoseconds(interval * Int64(limit.burst))
        }
    }

    enum Verdict: Equatable {
        case within
        case beyond(retryAfter: TimeAmount)
        case abuse
    }

    private static let patience: Int64 = 5

    /// When the buckets are full again: of frames taken, and of frames refused.
    private var taken = NIODeadline.uptimeNanoseconds(0)
    private var refused = NIODeadline.uptimeNanoseconds(0)

    mutating func take(_ rule: Rule, at now: NIODeadline) -> Verdict {
        let next = max(taken, now) + rule.interval
        if next - now <= rule.burst {
            taken = next
            return .within
        }
        refused = max(refused, now) + rule.interval
        return refused - now > .nanoseconds(rule.burst.nanoseconds * Self.patience)
            ? .abuse : .beyond(retryAfter: next - now - rule.burst)
    }
}
