import Foundation
import NIOCore
import Redis

/// What a worker process does in Redis, one typed function per script.
///
/// Times that decide anything (due, died, lease over) are taken from Redis's own clock inside the scripts, so
/// that processes with different clocks agree; times that only describe (`failed_at`) come from the process.
struct JobStore: Sendable {
    let redis: RedisClient
    let scripts: JobScripts
    let identity: String
    let queues: [String]
    let deadJobs: Int
    let deadFor: Duration

    private var inProgress: String { JobKeys.inProgress(identity) }

    /// Acknowledges `done` and takes up to `limit` jobs in hand, earlier queues first.
    func fetch(_ limit: Int, done: [ByteBuffer]) async throws(RedisError) -> [FetchedJob] {
        let reply = try await redis.evaluate(
            scripts.fetch,
            keys: [inProgress] + counters(JobKeys.processed) + queues.map(JobKeys.queue),
            arguments: [.integer(limit)] + done.map { .bytes($0) })
        var jobs: [FetchedJob] = []
        for (queue, taken) in zip(queues, reply.array ?? []) {
            for case .string(let bytes) in taken.array ?? [] {
                jobs.append(FetchedJob(queue: queue, bytes: bytes))
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
            keys: [inProgress, set] + counters(JobKeys.processed) + counters(JobKeys.failed),
            arguments: [
                .bytes(job.bytes), .bytes(kept), "\(delay.inSeconds)", .integer(most),
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
                keys: [inProgress, JobKeys.queue(queue), JobKeys.queues],
                arguments: [.string(queue)] + jobs.reversed().map { .bytes($0.bytes) })
            returned += reply.int ?? 0
        }
        return returned
    }

    /// Moves up to `limit` due jobs from `set` (retry or schedule) to their queues.
    func promote(
        _ set: String, limit: Int
    ) async throws(RedisError) -> (moved: Int, untilNext: Duration?) {
        let reply = try await redis.evaluate(
            scripts.promote, keys: [set, JobKeys.queues, JobKeys.dead], arguments: [.integer(limit)])
        let numbers = (reply.array ?? []).compactMap(\.int)
        guard numbers.count == 2 else { return (0, nil) }
        return (numbers[0], numbers[1] < 0 ? nil : .milliseconds(numbers[1]))
    }

    /// Says that the process lives. Returns what it is asked to do, and its in-progress list.
    func beat(
        lease: Duration, process: [RedisArgument], work: [RedisArgument]
    ) async throws(RedisError) -> (signal: String, inProgress: [ByteBuffer]) {
        let reply = try await redis.evaluate(
            scripts.beat,
            keys: [
                JobKeys.processes, JobKeys.record(identity), JobKeys.work(identity),
                JobKeys.signals(identity), JobKeys.leases, inProgress, JobKeys.workers(identity),
            ],
            arguments: [.string(identity), "\(lease.inSeconds)", .integer(process.count)] + process + work)
        guard let parts = reply.array, parts.count == 2 else { return ("", []) }
        return (parts[0].text ?? "", (parts[1].array ?? []).compactMap(\.bytes))
    }

    /// False when jobs are still in hand; they will be recovered by others.
    func leave() async throws(RedisError) -> Bool {
        let reply = try await redis.evaluate(
            scripts.leave,
            keys: [
                JobKeys.processes, JobKeys.record(identity), JobKeys.work(identity), JobKeys.leases,
                inProgress, JobKeys.workers(identity),
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
        var died = 0
        var left = 0
    }

    /// Gives up to `limit` jobs of a dead process back to their queues; nil when it lives after all.
    func recover(_ process: String, limit: Int) async throws(RedisError) -> Recovery? {
        let epitaph =
            "\"error_class\":\"Jobs.Orphaned\",\"error_message\":"
            + JSONText.string("The process that ran this job died \(Self.fatalRecovery) times")
        let reply = try await redis.evaluate(
            scripts.recover,
            keys: [
                JobKeys.leases, JobKeys.inProgress(process), JobKeys.queues, JobKeys.dead,
                JobKeys.processes,
            ],
            arguments: [
                .string(process), .integer(limit), .integer(Self.fatalRecovery), .string(epitaph),
                .integer(deadJobs), "\(deadFor.inSeconds)",
            ])
        guard let parts = reply.array, parts.first?.text == "recovered", parts.count == 4 else { return nil }
        return Recovery(
            recovered: parts[1].int ?? 0, died: parts[2].int ?? 0, left: parts[3].int ?? 0)
    }

    /// A job that was in the hands of so many dying processes is taken for their murderer.
    private static let fatalRecovery = 3

    private func counters(_ name: String) -> [String] {
        [name, JobKeys.daily(name, JobKeys.day(of: Date()))]
    }
}

extension Duration {
    /// For Redis and for JSON.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
