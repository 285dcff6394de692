import Foundation
import NIOCore
import Redis

/// Looks at what waits and runs, and changes it: what Sidekiq's API is to its Web page. It sees the jobs and processes
/// of every program on this Redis.
///
/// Nothing here is fast in a queue of millions: a page far from its head, and a search, read their way there.
package struct JobAdmin: Sendable {
    let redis: RedisClient
    let scripts: JobScripts
    private let configuration: JobWorkerConfiguration

    /// - Parameter configuration: for the limits of the dead set.
    package init(
        redis: RedisClient, scripts: JobScripts,
        configuration: JobWorkerConfiguration = JobWorkerConfiguration()
    ) {
        self.redis = redis
        self.scripts = scripts
        self.configuration = configuration
    }

    package func overview() async throws(RedisError) -> JobOverview {
        let numbers = try await redis.pipeline([
            ["GET", .string(JobKeys.processed)], ["GET", .string(JobKeys.failed)],
            ["ZCARD", .string(JobKeys.retry)], ["ZCARD", .string(JobKeys.schedule)],
            ["ZCARD", .string(JobKeys.dead)],
        ]).map { $0.int ?? 0 }
        let queues = try await queues()
        let processes = try await processes()
        return JobOverview(
            processed: numbers[0], failed: numbers[1], enqueued: queues.reduce(0) { $0 + $1.size },
            retries: numbers[2], scheduled: numbers[3], dead: numbers[4], processes: processes.count,
            busy: processes.reduce(0) { $0 + $1.busy }, queues: queues)
    }

    /// By name.
    package func queues() async throws(RedisError) -> [JobQueue] {
        let names = try await members(of: JobKeys.queues)
        guard !names.isEmpty else { return [] }
        let replies = try await redis.pipeline(
            names.flatMap { name -> [RedisCommand] in
                let key = RedisArgument.string(JobKeys.queue(name))
                return [["LLEN", key], ["LINDEX", key, -1]]
            })
        let now = Date()
        return names.enumerated().map { index, name in
            JobQueue(
                name: name, size: replies[2 * index].int ?? 0,
                latency: QueueGauges.age(replies[2 * index + 1].bytes, at: now))
        }
    }

    /// By identity. Those that did not beat for a minute are not told.
    package func processes() async throws(RedisError) -> [JobProcess] {
        let names = try await members(of: JobKeys.processes)
        guard !names.isEmpty else { return [] }
        let replies = try await redis.pipeline(
            names.flatMap { name -> [RedisCommand] in
                [
                    [
                        "HMGET", .string(JobKeys.record(name)), "info", "concurrency", "busy", "beat",
                        "quiet",
                        "rss",
                    ],
                    ["HGETALL", .string(JobKeys.work(name))], ["HGETALL", .string(JobKeys.workers(name))],
                ]
            })
        return names.indices.compactMap { index in
            let work = replies[3 * index + 1].array ?? []
            // A process of Sidekiq 6.4 has only the second.
            return JobProcess(
                replies[3 * index].array ?? [],
                work: work.isEmpty ? replies[3 * index + 2].array ?? [] : work)
        }
    }

    /// What a process can be asked to do.
    package enum Signal: String, Sendable {
        /// Take no more jobs.
        case quiet = "TSTP"
        /// Finish or hand back the jobs, and end.
        case stop = "TERM"
        /// Say in the log what runs.
        case dump = "TTIN"
    }

    /// The process hears it with its next heartbeat. False when there is no such process.
    package func signal(_ signal: Signal, to identity: String) async throws(RedisError) -> Bool {
        let known = try await redis.send(["SISMEMBER", .string(JobKeys.processes), .string(identity)])
        guard known.int == 1 else { return false }
        let key = RedisArgument.string(JobKeys.signals(identity))
        _ = try await redis.pipeline([["LPUSH", key, .string(signal.rawValue)], ["EXPIRE", key, 60]])
        return true
    }

    /// Does `action` with one job. False when it is not there, or no longer.
    package func perform(
        _ action: JobAction, on entry: JobEntry, in place: JobPlace
    ) async throws(RedisError) -> Bool {
        let (kept, target, queue) = destination(of: entry, action, place)
        let reply = try await redis.evaluate(
            scripts.act, keys: [place.key, target, JobKeys.queues],
            arguments: [
                .bytes(entry.bytes), .bytes(kept), .string(queue), .integer(configuration.deadJobs),
                "\(configuration.deadFor.inSeconds)",
            ] + Self.errands(action, on: entry).flatMap(\.arguments))
        return reply.array?.first?.text == "done"
    }

    /// A job that is taken away has come to its end: its lock is free, and its batch counts it.
    private static func errands(_ action: JobAction, on entry: JobEntry) -> [JobErrand] {
        // `try?`: bytes that are no job have neither.
        guard action != .retry, let payload = try? JobPayload(entry.bytes) else { return [] }
        return UniqueJobs.release(of: payload)
            + Batches().errands(for: payload, end: action == .kill ? .died : .discarded)
    }

    private func destination(
        of entry: JobEntry, _ action: JobAction, _ place: JobPlace
    ) -> (kept: ByteBuffer, target: String, queue: String) {
        // `try?`: bytes that are no job can only be deleted or buried.
        let payload = try? JobPayload(entry.bytes)
        switch action {
        case .kill: return (entry.bytes, JobKeys.dead, "")
        case .retry where payload != nil:
            let queue = payload?.queue ?? "default"
            var changes: [(name: StaticString, value: String?)] = [
                ("enqueued_at", JSONText.time(Date())), ("at", nil),
            ]
            if let count = payload?.retryCount, place != .scheduled {
                changes.append(("retry_count", String(count - 1)))
            }
            return (payload?.replacing(changes) ?? entry.bytes, JobKeys.queue(queue), queue)
        case .retry, .delete: return (ByteBuffer(), place.key, "")
        }
    }

    private func members(of set: String) async throws(RedisError) -> [String] {
        (try await redis.send(["SMEMBERS", .string(set)]).array ?? []).compactMap(\.text).sorted()
    }
}
