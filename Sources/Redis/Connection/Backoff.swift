/// How long to wait before the next attempt to connect.
///
/// Doubling from 50 ms to 2 s; the second half of each step is random, so that the processes which lost one
/// Redis together do not come back together.
struct Backoff {
    static let first = Duration.milliseconds(50)
    static let longest = Duration.seconds(2)

    private(set) var attempts = 0
    private let first: Duration
    private let longest: Duration

    init(first: Duration = Self.first, longest: Duration = Self.longest) {
        self.first = first
        self.longest = longest
    }

    mutating func next() -> Duration {
        let step = min(first * (1 << min(attempts, 10)), longest)
        attempts += 1
        return step / 2 + .microseconds(Int64.random(in: 0...(step / 2).microseconds))
    }

    mutating func reset() { attempts = 0 }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
