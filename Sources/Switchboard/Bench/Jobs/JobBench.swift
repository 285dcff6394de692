import Foundation
import Jobs
import Logging
import NIOPosix
import Redis

/// What a scheduler and a recovery are worth, measured on a real worker process.
///
/// Wants a database without any keys, as the workers take whatever jobs there are, and leaves it so.
struct JobBench {
    let url: String
    let lua: String
    private let redis: RedisClient
    private let jobs: JobClient

    static func run<Answer>(redis: String, lua: String, _ body: (JobBench) async throws -> Answer)
        async throws -> Answer
    {
        var logger = Logger(label: "jobs")
        logger.logLevel = .error
        let client = RedisClient(
            try RedisConfiguration(url: redis), group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        let bench = JobBench(url: redis, lua: lua, redis: client, jobs: JobClient(redis: client))
        let outcome: Result<Answer, any Error>
        do {
            try await bench.requireEmpty()
            let answer = try await body(bench)
            _ = try await client.send(["FLUSHDB"])
            outcome = .success(answer)
        } catch { outcome = .failure(error) }
        await client.shutdown()
        return try outcome.get()
    }

    /// Due jobs that a scheduler brings to their queue in a second: `count` wait when the worker starts, which
    /// does not serve that queue.
    func promotions(_ count: Int) async throws -> Double {
        let due = Date().addingTimeInterval(-100)
        for start in stride(from: 0, to: count, by: 1000) {
            try await jobs.push(
                (start..<min(start + 1000, count)).map {
                    try JobEnvelope(
                        NoopJob(text: "string", number: $0, map: ["mike": "bob"]), queue: "sink",
                        createdAt: due, at: due)
                })
        }
        let worker = try JobWorkerProcess(redis: url, lua: lua)
        defer { worker.stop() }
        try await until { try await size("ZCARD", "schedule") < count }
        let (began, left) = (ContinuousClock.now, try await size("ZCARD", "schedule"))
        try await until { try await size("ZCARD", "schedule") == 0 }
        return Double(left) / seconds(since: began)
    }

    /// How late jobs run that are scheduled one after the other for a moment of the next two seconds, in seconds,
    /// sorted.
    func lateness(_ count: Int) async throws -> [Double] {
        let file = FileManager.default.temporaryDirectory.appending(path: "lateness-\(UUID())")
        try Data().write(to: file)
        defer {
            // What cannot be removed is a temporary file.
            try? FileManager.default.removeItem(at: file)
        }
        let worker = try JobWorkerProcess(redis: url, lua: lua, latencies: file)
        defer { worker.stop() }
        try await worker.join(redis)
        for _ in 0..<count {
            let due = Date().addingTimeInterval(Double.random(in: 0.05..<2))
            try await jobs.push(
                JobEnvelope(
                    LatencyJob(sent: due.timeIntervalSince1970), createdAt: Date(), at: due))
            try await Task.sleep(for: .milliseconds(Int.random(in: 2...12)))
        }
        func lines() throws -> [Double] {
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { Double($0) }
        }
        try await until { try lines().count == count }
        return try lines().sorted()
    }

    struct Death {
        /// Of the jobs that were running.
        let lost: Int
        /// From the kill until all of these run again, seconds.
        let rerun: Double
    }

    /// Kills a worker of ten running jobs with -9 while another one lives; ten more wait.
    func death() async throws -> Death {
        let doomed = try JobWorkerProcess(redis: url, lua: lua, options: ["-c", "10"])
        try await doomed.join(redis)
        let names = (0..<20).map { "bench \($0)" }
        try await jobs.push(
            names.map { try JobEnvelope(CountJob(milliseconds: 3000, counted: $0), createdAt: Date()) })
        try await until { try await size("LLEN", "queue:default") == 10 }
        let other = try JobWorkerProcess(redis: url, lua: lua, options: ["-c", "20"])
        defer { other.stop() }
        doomed.kill()
        let began = ContinuousClock.now
        try await other.join(redis)
        // Each counts three seconds after it began.
        // `try?`: those that have not come by then are lost.
        try? await until(within: .seconds(60)) { try await size("HLEN", "ran") == 20 }
        return Death(
            lost: 20 - (try await size("HLEN", "ran")), rerun: max(0, seconds(since: began) - 3))
    }

    private func requireEmpty() async throws {
        guard try await redis.send(["DBSIZE"]).int == 0 else {
            throw Failure("the database at \(url) is not empty; the bench wants one of its own")
        }
    }

    private func size(_ command: RedisArgument, _ key: RedisArgument) async throws -> Int {
        try await redis.send([command, key]).int ?? 0
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        let took = ContinuousClock.now - start
        return Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    }

    private func until(within limit: Duration = .seconds(120), _ condition: () async throws -> Bool)
        async throws
    {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw Failure("it took longer than \(limit)") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
