/// How the runs of one class went since the last heartbeat.
struct JobTally: Sendable, Equatable {
    private(set) var processed = 0
    private(set) var failed = 0
    /// Of the runs that succeeded, as in Sidekiq.
    private(set) var milliseconds = 0
    /// How many of those took so long, by `bounds`.
    private(set) var buckets = Array(repeating: 0, count: Self.bounds.count)

    /// Sidekiq's, in milliseconds; its Web page draws them and cannot be told others.
    static let bounds: [Double] = [
        20, 30, 45, 65, 100, 150, 225, 335, 500, 750, 1100, 1700, 2500, 3800, 5750, 8500, 13_000, 20_000,
        30_000, 45_000, 65_000, 100_000, 150_000, 225_000, 335_000, .infinity,
    ]

    mutating func succeeded(in duration: Duration) {
        let time = duration.inSeconds * 1000
        processed += 1
        milliseconds += Int(time)
        // The last bound is infinite.
        buckets[Self.bounds.firstIndex { time < $0 } ?? Self.bounds.count - 1] += 1
    }

    mutating func hasFailed() {
        processed += 1
        failed += 1
    }

    mutating func add(_ other: JobTally) {
        processed += other.processed
        failed += other.failed
        milliseconds += other.milliseconds
        for index in buckets.indices { buckets[index] += other.buckets[index] }
    }
}
