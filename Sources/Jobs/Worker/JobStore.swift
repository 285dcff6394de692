import Foundation
import NIOCore
import Redis
import Synchronization

/// What a worker process does in Redis, one typed function per script.
///
/// Times that decide anything (due, died, lease over) are taken from Redis's own clock inside the scripts, so
/// that processes with different clocks agree; times that only describe (`failed_at`) come from the process.
struct JobStore: Sendable {
    let redis: RedisClient
    let scripts: JobScripts
    let identity: String
    let deadJobs: Int
    let deadFor: Duration

    /// Numbers for what is fetched; never the same twice, even if an answer was lost.
    let lastToken = LastToken()
    let clock = RedisClock()
    /// Rings when this process itself has made a job due soon.
    let dueSoon = Alarm()

    var inProgress: String { JobKeys.inProgress(identity) }
    var arrived: String { JobKeys.arrived(identity) }

    /// Acknowledges `done` and takes up to `limit` jobs in hand, earlier shares first. One call, and one more for each
    /// fair queue that is looked into.
    func fetch(
        _ limit: Int, from shares: [QueueShare], done: JobNames = JobNames()
    ) async throws(RedisError) -> [FetchedJob] {
        guard let fair = shares.firstIndex(where: \.isFair) else {
            return try await take(limit, from: shares, done: done)
        }
        var jobs: [FetchedJob] = []
        if fair > 0 || limit == 0 || !done.isEmpty {
            jobs = try await take(limit, from: Array(shares[..<fair]), done: done)
        }
        guard jobs.count < limit else { return jobs }
        do {
            jobs += try await share(limit - jobs.count, of: shares[fair])
            let rest = Array(shares[(fair + 1)...])
            if jobs.count < limit, !rest.isEmpty { jobs += try await fetch(limit - jobs.count, from: rest) }
        } catch {
            // What was taken is in hand, and what was done is acknowledged.
            if jobs.isEmpty, done.isEmpty { throw error }
        }
        return jobs
    }

    /// Takes up to `limit` jobs of a fair queue in hand, tenants in turns.
    private func share(_ limit: Int, of share: QueueShare) async throws(RedisError) -> [FetchedJob] {
        let wanted = min(limit, share.most)
        guard wanted > 0 else { return [] }
        let first = lastToken.take(wanted)
        let reply = try await redis.evaluate(
            scripts.share,
            keys: [
                inProgress, share.key, JobKeys.lanes(share.queue), JobKeys.lanesWake(share.queue),
                JobKeys.queues,
            ],
            arguments: [.integer(wanted), .integer(first), .string(share.queue), .integer(Self.dealt)])
        return (reply.array ?? []).compactMap(\.bytes).enumerated().map {
            FetchedJob(queue: share.queue, bytes: $1, token: first + $0)
        }
    }

    /// So many jobs are dealt to their tenants per call, about a millisecond of Redis's time: whoever comes behind a
    /// flood waits for no more than that many per call to be dealt.
    private static let dealt = 1000

    private func take(
        _ limit: Int, from shares: [QueueShare], done: JobNames
    ) async throws(RedisError) -> [FetchedJob] {
        let first = lastToken.take(limit)
        let head: [RedisArgument] = [
            .integer(limit), .integer(first), .integer(done.tokens.count), .integer(done.arrived.count),
        ]
        let reply = try await redis.evaluate(
            scripts.fetch,
            keys: [inProgress, arrived] + counters(JobKeys.processed) + shares.map(\.key),
            arguments: head + done.tokens.map { .integer($0) } + done.arrived.map { .bytes($0) }
                + shares.map { .integer(min($0.most, limit)) })
        var jobs: [FetchedJob] = []
        jobs.reserveCapacity(limit)
        for (share, taken) in zip(shares, reply.array ?? []) {
            for case .string(let bytes) in taken.array ?? [] {
                jobs.append(FetchedJob(queue: share.queue, bytes: bytes, token: first + jobs.count))
            }
        }
        return jobs
    }

    /// Puts jobs back where they came from, to be taken next. `jobs` in the order in which they were taken.
    /// Returns how many went back; the others are no longer in hand.
    @discardableResult
    func handBack(_ jobs: [FetchedJob]) async throws(RedisError) -> Int {
        var returned = 0
        for (queue, jobs) in Dictionary(grouping: jobs, by: \.queue) {
            let reply = try await redis.evaluate(
                scripts.requeue,
                keys: [inProgress, arrived, JobKeys.queue(queue), JobKeys.queues],
                arguments: [.string(queue)] + jobs.reversed().flatMap(Self.name(of:)))
            returned += reply.int ?? 0
        }
        return returned
    }

    /// The job in hand that has this number.
    func job(_ token: Int) async throws(RedisError) -> ByteBuffer? {
        try await redis.send(["HGET", .string(inProgress), .integer(token)]).bytes
    }

    /// How the scripts find it: by its token, else by its bytes.
    static func name(of job: FetchedJob) -> [RedisArgument] {
        job.token.map { [.integer($0), ""] } ?? ["", .bytes(job.bytes)]
    }

    /// Moves up to `limit` due jobs from each of `sets` (retry, schedule) to their queues; compares the clocks on the
    /// way. `moved` is the most that one set moved.
    func promote(
        _ sets: [String] = [JobKeys.retry, JobKeys.schedule], limit: Int
    ) async throws(RedisError) -> (moved: Int, untilNext: Duration?) {
        let reply = try await redis.evaluate(
            scripts.promote, keys: [JobKeys.queues, JobKeys.dead] + sets, arguments: [.integer(limit)])
        guard let parts = reply.array, parts.count == 3, let moved = parts[0].int, let rest = parts[1].int
        else { return (0, nil) }
        if let now = parts[2].text.flatMap(Double.init) { clock.observed(now) }
        return (moved, rest < 0 ? nil : .milliseconds(rest))
    }

    /// How long until the first job of retry and schedule is due, by Redis's clock; nil when none waits. Cheaper than
    /// `promote`, for those who look often.
    func untilNextDue() async throws(RedisError) -> Duration? {
        let replies = try await redis.pipeline(
            [JobKeys.retry, JobKeys.schedule].map { ["ZRANGE", .string($0), 0, 0, "WITHSCORES"] })
        let now = clock.now().timeIntervalSince1970
        return replies.compactMap { $0.array?.last?.text.flatMap(Double.init) }.min()
            .map { .seconds(max(0, $0 - now)) }
    }

    func counters(_ name: String) -> [String] {
        [name, JobKeys.daily(name, JobKeys.day(of: clock.now()))]
    }
}

final class LastToken: Sendable {
    private let last = Atomic(0)

    /// The first of `count` numbers that nobody else gets.
    func take(_ count: Int) -> Int {
        last.wrappingAdd(count, ordering: .relaxed).oldValue + 1
    }
}

extension Duration {
    /// For Redis and for JSON.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
