import Foundation
import Metrics
import NIOCore
import Redis

/// How much waits, for Prometheus: each worker tells it of the queues that it serves and of the three sets.
struct QueueGauges: Sendable {
    private static let sets = [JobKeys.retry, JobKeys.schedule, JobKeys.dead]

    private let queues: [String]
    private let depths, latencies, waiting: [Gauge]
    private let busy = Gauge(label: "jobs.busy")

    init(queues: [String]) {
        self.queues = queues
        depths = queues.map { Gauge(label: "jobs.queue.depth", dimensions: [("queue", $0)]) }
        latencies = queues.map { Gauge(label: "jobs.queue.latency.seconds", dimensions: [("queue", $0)]) }
        waiting = Self.sets.map { Gauge(label: "jobs.waiting", dimensions: [("set", $0)]) }
    }

    /// One round trip. A queue's latency is the age of the job that is taken next.
    func measure(_ redis: RedisClient, busy count: Int) async throws(RedisError) {
        busy.record(count)
        let commands: [RedisCommand] =
            queues.flatMap { queue -> [RedisCommand] in
                let key = RedisArgument.string(JobKeys.queue(queue))
                return [["LLEN", key], ["LINDEX", key, -1]]
            } + Self.sets.map { ["ZCARD", .string($0)] }
        let replies = try await redis.pipeline(commands)
        guard replies.count == commands.count else { return }
        for index in queues.indices {
            depths[index].record(replies[2 * index].int ?? 0)
            latencies[index].record(Self.age(replies[2 * index + 1].bytes, at: Date()))
        }
        for (gauge, reply) in zip(waiting, replies.suffix(Self.sets.count)) { gauge.record(reply.int ?? 0) }
    }

    /// Seconds since the job came into its queue; 0 when there is none, or when it does not say.
    static func age(_ job: ByteBuffer?, at now: Date) -> Double {
        // `try?`: bytes that are no job have no age.
        guard let job, let since = (try? JobPayload(job))?.enqueuedAt else { return 0 }
        return max(0, now.timeIntervalSince(since))
    }
}
