import Foundation
import Redis

extension JobClient {
    /// Kept so long after a job was last added: longer than 25 tries take.
    static let batchesKept = 30 * 86_400

    /// Enqueues the batch's jobs. An empty one is complete, and a success, at once.
    ///
    /// After an error the jobs that were enqueued run, but the batch is never complete: only what has been started
    /// as a whole is followed by anything.
    package func start(_ batch: JobBatch) async throws(RedisError) {
        let now = Date()
        _ = try await redis.evaluate(
            required.openBatch,
            keys: [batch.key, batch.key + ":pending", batch.key + ":complete", batch.key + ":success"],
            arguments: [
                .string(JSONText.time(now)), .string(batch.description), .integer(Self.batchesKept),
                .bytes(batch.complete?.queued(at: now) ?? .init()),
                .bytes(batch.success?.queued(at: now) ?? .init()), .string(batch.callbackQueue),
            ])
        try await push(batch.jobs)
        _ = try await redis.evaluate(
            required.sealBatch,
            keys: [
                batch.key + ":pending", batch.key + ":complete", batch.key + ":success", JobKeys.queues,
                JobKeys.queue(batch.callbackQueue), batch.key + ":failed",
            ], arguments: [.string(batch.callbackQueue)])
    }

    /// From a running job of the batch: `JobBatch.current`.
    @discardableResult
    package func performAll(
        _ jobs: [some Job], in batch: JobBatch.Membership, _ options: JobOptions = JobOptions()
    ) async throws -> [EnqueuedJob] {
        let now = Date()
        return try await enqueue(try jobs.map { try JobEnvelope($0, options, now: now).joining(batch) })
    }

    /// Nil when the batch is not known, or ended long ago.
    package func status(ofBatch id: String) async throws(RedisError) -> JobBatchStatus? {
        let key = "batch:\(id)"
        let replies = try await redis.pipeline([
            ["HMGET", .string(key), "description", "total"], ["SCARD", .string(key + ":pending")],
            ["SISMEMBER", .string(key + ":pending"), "open"], ["SCARD", .string(key + ":failed")],
        ])
        guard let fields = replies[0].array, let description = fields[0].text else { return nil }
        return JobBatchStatus(
            description: description, total: fields[1].text.flatMap { Int($0) } ?? 0,
            pending: (replies[1].int ?? 0) - (replies[2].int ?? 0), failed: replies[3].int ?? 0)
    }
}

extension JobBatch {
    var key: String { "batch:\(id)" }
}
