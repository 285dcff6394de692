import Redis

/// How much of something the jobs of one kind may use together, over all processes.
package struct JobLimit: Sendable {
    enum Kind: Sendable, Equatable {
        case window(count: Int, per: Duration)
        case concurrent(count: Int, lease: Duration)
        case bucket(interval: Duration, burst: Int)
    }

    /// Under which Redis counts; jobs of several classes may share one.
    let name: String
    let kind: Kind

    /// At most `count` starts in any stretch of time that is `per` long. Remembers each start: for counts up to
    /// some thousands.
    package static func window(_ name: String, _ count: Int, per time: Duration) -> JobLimit {
        precondition(count > 0 && time > .zero, "a window lets something through")
        return JobLimit(name: name, kind: .window(count: count, per: time))
    }

    /// At most `count` runs at a time. A run holds its place by a lease that is prolonged while it lasts, so a process
    /// that dies gives it back after `lease`; the same job finds its own place again at once.
    package static func concurrent(_ name: String, _ count: Int, lease: Duration = .seconds(30)) -> JobLimit {
        precondition(count > 0 && lease > .zero, "some must run")
        return JobLimit(name: name, kind: .concurrent(count: count, lease: lease))
    }

    /// One start per `interval` in the long run, and up to `burst` at once after a rest. One number in
    /// Redis, whatever the rate.
    package static func bucket(_ name: String, one interval: Duration, burst: Int) -> JobLimit {
        precondition(interval > .zero && burst > 0, "a bucket gives something")
        return JobLimit(name: name, kind: .bucket(interval: interval, burst: burst))
    }

    func key(_ scope: String?) -> String { "limit:\(name)" + (scope.map { ":\($0)" } ?? "") }

    /// As `jobs/limit` reads it.
    var arguments: [RedisArgument] {
        switch kind {
        case .window(let count, let time): ["window", .integer(count), .integer(time.inMilliseconds)]
        case .concurrent(let count, let lease):
            ["concurrent", .integer(count), .integer(lease.inMilliseconds)]
        case .bucket(let interval, let burst): ["bucket", .integer(burst), .integer(interval.inMilliseconds)]
        }
    }

    var lease: Duration? {
        if case .concurrent(_, let lease) = kind { lease } else { nil }
    }
}
