import Redis
import Synchronization

/// Tells of watched jobs in a worker. To be given to the registry.
package struct WatchedJobs: JobMiddleware {
    private let redis: RedisClient
    private let script: RedisScript

    package init(redis: RedisClient, scripts: JobScripts) {
        self.redis = redis
        script = scripts.progress
    }

    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        guard run.payload.json("watched") != nil else { return try await next(run) }
        let reporter = ProgressReporter(redis: redis, script: script, jid: run.payload.jid)
        try await reporter.tell()
        try await JobProgress.$reporter.withValue(reporter) { try await next(run) }
    }

    package func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        guard job.json("watched") != nil else { return [] }
        let key = RedisArgument.string(JobProgress.key(job.jid))
        let news = "{\"jid\":\(JSONText.string(job.jid)),\"state\":\"\(end)\"}"
        return [
            JobErrand(
                .call("HSET", key, "state", .string("\(end)")),
                .call("EXPIRE", key, .integer(JobProgress.kept)),
                .call("SPUBLISH", .string(JobProgress.channel(job.jid)), .string(news)))
        ]
    }
}

/// Writes one job's progress.
final class ProgressReporter: Sendable {
    private let redis: RedisClient
    private let script: RedisScript
    private let jid: String
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    init(redis: RedisClient, script: RedisScript, jid: String) {
        self.redis = redis
        self.script = script
        self.jid = jid
    }

    func report(_ done: Int, _ total: Int, _ note: String?) async throws(RedisError) {
        let now = ContinuousClock.now
        let isDue = last.withLock { last in
            if let time = last, now - time < .milliseconds(100), done < total { return false }
            last = now
            return true
        }
        guard isDue else { return }
        var fields: [RedisArgument] = ["done", .integer(done), "total", .integer(total)]
        var members = ",\"done\":\(done),\"total\":\(total)"
        if let note {
            fields += ["note", .string(note)]
            members += ",\"note\":\(JSONText.string(note))"
        }
        try await tell(fields, members)
    }

    func tell() async throws(RedisError) { try await tell([], "") }

    private func tell(_ fields: [RedisArgument], _ members: String) async throws(RedisError) {
        let news = "{\"jid\":\(JSONText.string(jid)),\"state\":\"running\"\(members)}"
        _ = try await redis.evaluate(
            script, keys: [JobProgress.key(jid)],
            arguments: [
                .integer(JobProgress.kept), .string(JobProgress.channel(jid)), .string(news), "state",
                "running",
            ] + fields)
    }
}
