import Foundation
import Metrics
import NIOCore
import Redis

/// How much waits, for Prometheus: each worker tells it of the queues that it serves and of the three sets.
struct QueueGauges: Sendable {
    private static let sets = [JobKeys.retry, JobKeys.schedule, JobKeys.dead]

    /// So many lanes of a fair queue are looked into.
    private static let mostLanes = 200

    private let queues: [String]
    private let fair: [String]
    private let depths, latencies, waiting: [Gauge]
    private let busy = Gauge(label: "jobs.busy")

    /// - Parameter fair: those of `queues` whose jobs may lie in lanes.
    init(queues: [String], fair: Set<String> = []) {
        self.queues = queues
        self.fair = queues.filter(fair.contains)
        depths = queues.map { Gauge(label: "jobs.queue.depth", dimensions: [("queue", $0)]) }
        latencies = queues.map { Gauge(label: "jobs.queue.latency.seconds", dimensions: [("queue", $0)]) }
        waiting = Self.sets.map { Gauge(label: "jobs.waiting", dimensions: [("set", $0)]) }
    }

    /// One round trip, two when there are lanes. A queue's latency is the age of the job that waits longest, or is taken
    /// next.
    func measure(_ redis: RedisClient, busy count: Int) async throws(RedisError) {
        busy.record(count)
        let replies = try await redis.pipeline(
            Self.looks(queues.map(JobKeys.queue)) + Self.sets.map { ["ZCARD", .string($0)] }
                + fair.map { ["ZRANGE", .string(JobKeys.lanes($0)), 0, .integer(Self.mostLanes - 1)] })
        guard replies.count == 2 * queues.count + Self.sets.count + fair.count else { return }
        let lanes = zip(fair, replies.suffix(fair.count)).flatMap { queue, tenants in
            (tenants.array ?? []).compactMap(\.text).map { (queue, JobKeys.lane(queue, $0)) }
        }
        let found = lanes.isEmpty ? [] : try await redis.pipeline(Self.looks(lanes.map(\.1)))
        for (index, queue) in queues.enumerated() {
            var seen = [Self.seen(replies, index)]
            for (number, lane) in lanes.enumerated() where lane.0 == queue && found.count == 2 * lanes.count {
                seen.append(Self.seen(found, number))
            }
            depths[index].record(seen.reduce(0) { $0 + $1.depth })
            latencies[index].record(seen.map(\.latency).max() ?? 0)
        }
        let sizes = replies[(2 * queues.count)...].prefix(Self.sets.count)
        for (gauge, reply) in zip(waiting, sizes) { gauge.record(reply.int ?? 0) }
    }

    private static func looks(_ keys: [String]) -> [RedisCommand] {
        keys.flatMap { [["LLEN", .string($0)], ["LINDEX", .string($0), -1]] }
    }

    private static func seen(_ replies: [RESPValue], _ index: Int) -> (depth: Int, latency: Double) {
        (replies[2 * index].int ?? 0, age(replies[2 * index + 1].bytes, at: Date()))
    }

    /// Seconds since the job came into its queue; 0 when there is none, or when it does not say.
    static func age(_ job: ByteBuffer?, at now: Date) -> Double {
        // `try?`: bytes that are no job have no age.
        guard let job, let since = (try? JobPayload(job))?.enqueuedAt else { return 0 }
        return max(0, now.timeIntervalSince(since))
    }
}
