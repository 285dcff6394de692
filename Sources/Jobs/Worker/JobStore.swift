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
    private let lastToken = LastToken()
    let clock = RedisClock()

    private var inProgress: String { JobKeys.inProgress(identity) }
    private var arrived: String { JobKeys.arrived(identity) }

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

    /// Where a job goes that does not simply succeed, or that has errands.
    enum Settlement: Sendable {
        case succeed
        case retry(ByteBuffer, delay: Duration)
        case bury(ByteBuffer)
        /// To be dropped, as a failure or by its own wish.
        case discard(failed: Bool)
        case postpone(ByteBuffer, delay: Duration)

        var end: JobEnd {
            switch self {
            case .succeed: .succeeded
            case .retry: .retried
            case .bury: .died
            case .discard: .discarded
            case .postpone: .postponed
            }
        }

        /// How it counts, if it does.
        var outcome: JobStatistics.Outcome? {
            switch self {
            case .succeed, .discard(failed: false): .succeeded
            case .retry: .retried
            case .bury, .discard(failed: true): .failed
            case .postpone: nil
            }
        }

        /// What the script counts it as.
        fileprivate var weight: Int {
            switch self {
            case .postpone: 0
            case .succeed, .discard(failed: false): 1
            case .retry, .bury, .discard(failed: true): 2
            }
        }
    }

    enum Settled: Sendable, Equatable {
        case done(errandErrors: [String])
        /// The job is no longer in hand: this process was silent for so long that another runs it.
        case lost
    }

    func settle(
        _ job: FetchedJob, _ settlement: Settlement, errands: [JobErrand] = []
    ) async throws(RedisError) -> Settled {
        let (set, kept, delay, most): (String, ByteBuffer, Duration, Int) =
            switch settlement {
            case .retry(let kept, let delay): (JobKeys.retry, kept, delay, 0)
            case .postpone(let kept, let delay): (JobKeys.schedule, kept, delay, 0)
            case .bury(let kept): (JobKeys.dead, kept, .zero, deadJobs)
            case .succeed, .discard: (JobKeys.dead, ByteBuffer(), .zero, 0)
            }
        let reply = try await redis.evaluate(
            scripts.settle,
            keys: [inProgress, arrived, set] + counters(JobKeys.processed) + counters(JobKeys.failed),
            arguments: Self.name(of: job) + [
                .bytes(kept), "\(delay.inSeconds)", .integer(most),
                "\(deadFor.inSeconds)", .integer(settlement.weight),
            ] + errands.flatMap(\.arguments))
        let words = (reply.array ?? []).compactMap(\.text)
        return words.first == "moved" ? .done(errandErrors: Array(words.dropFirst())) : .lost
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
    private static func name(of job: FetchedJob) -> [RedisArgument] {
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

    /// Says that the process lives. Returns what it is asked to do, and what it has in hand.
    func beat(
        lease: Duration, process: [RedisArgument], work: [RedisArgument]
    ) async throws(RedisError) -> (signal: String, inHand: JobNames) {
        let reply = try await redis.evaluate(
            scripts.beat,
            keys: [
                JobKeys.processes, JobKeys.record(identity), JobKeys.work(identity),
                JobKeys.signals(identity), JobKeys.leases, inProgress, arrived, JobKeys.workers(identity),
            ],
            arguments: [.string(identity), "\(lease.inSeconds)", .integer(process.count)] + process + work)
        guard let parts = reply.array, parts.count == 3 else { return ("", JobNames()) }
        let inHand = JobNames(
            tokens: (parts[1].array ?? []).compactMap(\.int),
            arrived: (parts[2].array ?? []).compactMap(\.bytes))
        return (parts[0].text ?? "", inHand)
    }

    /// False when jobs are still in hand; they will be recovered by others.
    func leave() async throws(RedisError) -> Bool {
        let reply = try await redis.evaluate(
            scripts.leave,
            keys: [
                JobKeys.processes, JobKeys.record(identity), JobKeys.work(identity), JobKeys.leases,
                inProgress, arrived, JobKeys.workers(identity),
            ],
            arguments: [.string(identity)])
        return reply.array?.first?.text == "left"
    }

    /// The processes whose lease has ended, and when it did.
    func lapsedProcesses() async throws(RedisError) -> [String: String] {
        let reply = try await redis.evaluate(scripts.lapsed, keys: [JobKeys.leases], arguments: [])
        let texts = (reply.array ?? []).compactMap(\.text)
        return Dictionary(
            stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) },
            uniquingKeysWith: { $1 })
    }

    struct Recovery: Sendable, Equatable {
        var recovered = 0
        var left = 0
        /// Those that took their processes down too often; in this process's hand now, to be buried.
        var poison: [FetchedJob] = []
    }

    /// Gives up to `limit` jobs of a dead process back to their queues; nil when it lives after all.
    func recover(_ process: String, limit: Int) async throws(RedisError) -> Recovery? {
        let first = lastToken.take(limit)
        let reply = try await redis.evaluate(
            scripts.recover,
            keys: [
                JobKeys.leases, JobKeys.inProgress(process), JobKeys.arrived(process), inProgress,
                JobKeys.queues, JobKeys.processes,
            ],
            arguments: [
                .string(process), .integer(limit), .integer(Self.fatalRecovery), .integer(first),
            ])
        guard let parts = reply.array, parts.first?.text == "recovered", parts.count >= 3 else { return nil }
        let poison = parts.dropFirst(3).compactMap(\.bytes).enumerated().map {
            FetchedJob(queue: "", bytes: $1, token: first + $0)
        }
        return Recovery(recovered: parts[1].int ?? 0, left: parts[2].int ?? 0, poison: poison)
    }

    /// A job that was in the hands of so many dying processes is taken for their murderer.
    static let fatalRecovery = 3

    private func counters(_ name: String) -> [String] {
        [name, JobKeys.daily(name, JobKeys.day(of: clock.now()))]
    }
}

private final class LastToken: Sendable {
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
