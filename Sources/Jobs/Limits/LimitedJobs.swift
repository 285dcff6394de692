import Logging
import Redis

/// Holds jobs to their limits. A job that is over one waits in the schedule and is not counted, neither as run
/// nor as failed; its tries stay.
///
///     var limits = LimitedJobs(redis: redis, scripts: scripts, logger: logger)
///     limits.hold(MailJob.self, to: .bucket("smtp", one: .milliseconds(100), burst: 20))
///     limits.hold(HookJob.self, to: .concurrent("hooks", 5)) { JobAttributes(of: $0)?["account_id"] }
///     registry.use(limits)
package struct LimitedJobs: JobMiddleware {
    private struct Rule: Sendable {
        let limits: [JobLimit]
        let scope: @Sendable (JobPayload) -> String?
    }

    private let redis: RedisClient
    private let script: RedisScript
    private let logger: Logger
    private var rules: [String: Rule] = [:]

    package init(redis: RedisClient, scripts: JobScripts, logger: Logger) {
        self.redis = redis
        script = scripts.limit
        self.logger = logger
    }

    /// All limits must let a job through; one that is refused by any of them uses up none.
    ///
    /// - Parameter scope: whose share it is: each text has a limit of its own.
    package mutating func hold<J: Job>(
        _ job: J.Type, to limits: JobLimit...,
        scope: @escaping @Sendable (JobPayload) -> String? = { _ in nil }
    ) {
        precondition(rules[J.name] == nil, "the limits of \(J.name) are given twice")
        rules[J.name] = Rule(limits: limits, scope: scope)
    }

    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        guard let rule = rules[run.payload.className] else { return try await next(run) }
        let scope = rule.scope(run.payload)
        if let wait = try await refusal(rule.limits, scope, run.payload.jid) {
            throw JobDirective.postpone(Self.jittered(wait))
        }
        let leases = rule.limits.compactMap(\.lease)
        guard let lease = leases.min() else { return try await next(run) }
        let keeper = Task {
            while !Task.isCancelled {
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: lease / 3)
                if !Task.isCancelled { await prolong(rule.limits, scope, run.payload.jid) }
            }
        }
        defer { keeper.cancel() }
        try await next(run)
    }

    package func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        guard let rule = rules[job.className] else { return [] }
        let scope = rule.scope(job)
        return rule.limits.filter { $0.lease != nil }.map {
            JobErrand(.call("ZREM", .string($0.key(scope)), .string(job.jid)))
        }
    }

    /// Up to half as long again, so that those who were refused together do not come back together.
    private static func jittered(_ wait: Duration) -> Duration {
        let wait = max(wait.inSeconds, 0.5)
        return .seconds(wait + Double.random(in: 0..<max(wait / 2, 0.5)))
    }

    /// Nil when the job may run; how long to wait when not.
    private func refusal(
        _ limits: [JobLimit], _ scope: String?, _ jid: String
    ) async throws(RedisError) -> Duration? {
        let reply = try await redis.evaluate(
            script, keys: limits.map { $0.key(scope) },
            arguments: [.string(jid), "take"] + limits.flatMap(\.arguments))
        guard let parts = reply.array, parts.first?.text == "over" else { return nil }
        return .milliseconds(parts.last?.int ?? 0)
    }

    private func prolong(_ limits: [JobLimit], _ scope: String?, _ jid: String) async {
        let held = limits.filter { $0.lease != nil }
        do {
            _ = try await redis.evaluate(
                script, keys: held.map { $0.key(scope) },
                arguments: [.string(jid), "keep"] + held.flatMap(\.arguments))
        } catch {
            logger.warning("a job's place could not be kept", metadata: ["error": "\(error)"])
        }
    }
}
