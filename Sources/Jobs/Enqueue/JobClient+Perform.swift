import Foundation
import Redis

/// Jobs from their values: what most code uses.
///
///     try await jobs.perform(WelcomeJob(contact: id))
///     try await jobs.perform(WelcomeJob(contact: id), in: .seconds(300))
///     try await jobs.performAll(contacts.map(WelcomeJob.init))
///
/// All throw `EncodingError` for a job that cannot be written, before anything is pushed, and `RedisError`.
extension JobClient {
    @discardableResult
    package func perform(_ job: some Job, _ options: JobOptions = JobOptions()) async throws -> EnqueuedJob {
        try await performAll([job], options)[0]
    }

    /// Not before so long from now, whatever this process's clock says.
    @discardableResult
    package func perform(
        _ job: some Job, in delay: Duration, _ options: JobOptions = JobOptions()
    ) async throws -> EnqueuedJob {
        let now = try await redisNow()
        var options = options
        options.at = now.addingTimeInterval(delay.inSeconds)
        return try await enqueue([try JobEnvelope(job, options, now: now)])[0]
    }

    /// Not before `time`; at once when that is past.
    @discardableResult
    package func perform(
        _ job: some Job, at time: Date, _ options: JobOptions = JobOptions()
    ) async throws -> EnqueuedJob {
        var options = options
        options.at = time
        return try await perform(job, options)
    }

    /// One write for all of them; the answers are in the order of `jobs`. `options` should name no `jid`.
    @discardableResult
    package func performAll(
        _ jobs: [some Job], _ options: JobOptions = JobOptions()
    ) async throws -> [EnqueuedJob] {
        let now = Date()
        return try await enqueue(try jobs.map { try JobEnvelope($0, options, now: now) })
    }

    /// `push`, with an answer for each job.
    package func enqueue(_ envelopes: [JobEnvelope]) async throws(RedisError) -> [EnqueuedJob] {
        let passed = try await pushed(envelopes).map { ($0.jid, EnqueuedJob($0)) }
        let answers = Dictionary(passed) { $1 }
        return envelopes.map { answers[$0.jid] ?? EnqueuedJob(heldBack: $0.jid) }
    }
}
