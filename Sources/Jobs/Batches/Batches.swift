import Redis

/// Counts the batches' jobs in a worker. To be given to the registry of every worker.
///
/// The set `pending` holds the `jid` of each job that has not ended, and the word `open` while jobs are still being
/// enqueued. A callback waits in a list of its own; moving it to a queue empties the list, so it is moved once.
package struct Batches: JobMiddleware {
    package init() {}

    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        guard let batch = JobBatch.Membership(run.payload) else { return try await next(run) }
        try await JobBatch.$current.withValue(batch) { try await next(run) }
    }

    package func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        JobBatch.Membership(job).map { Self.errands(of: job.jid, in: $0, end: end) } ?? []
    }

    static func errands(of jid: String, in batch: JobBatch.Membership, end: JobEnd) -> [JobErrand] {
        let key = "batch:\(batch.id)"
        let jid = RedisArgument.string(jid)
        let pending = RedisArgument.string(key + ":pending")
        let failed = RedisArgument.string(key + ":failed")
        let left: [JobErrand]
        switch end {
        case .retried, .postponed: return []
        case .succeeded:
            left = [JobErrand(.call("SREM", pending, jid)), JobErrand(.call("SREM", failed, jid))]
        case .died, .discarded:
            left = [
                JobErrand(
                    .call("SMOVE", pending, failed, jid, expecting: "1"),
                    .call("EXPIRE", failed, .integer(JobClient.batchesKept)))
            ]
        }
        let nobodyLeft = JobErrand.Step.call("SCARD", pending, expecting: "0")
        return left + [
            JobErrand(nobodyLeft, Self.move(key + ":complete", batch)),
            JobErrand(
                nobodyLeft, .call("SCARD", failed, expecting: "0"), Self.move(key + ":success", batch)),
        ]
    }

    /// The queue's name is known since the batch was started.
    private static func move(_ callback: String, _ batch: JobBatch.Membership) -> JobErrand.Step {
        .call("LMOVE", .string(callback), .string(JobKeys.queue(batch.callbackQueue)), "LEFT", "LEFT")
    }
}
