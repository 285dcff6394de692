import Foundation
import Logging
import Redis

/// Holds the locks of unique jobs in a worker. To be given to the registry of every worker that runs such jobs.
package struct UniqueJobs: JobMiddleware {
    private let redis: RedisClient
    private let script: RedisScript
    private let logger: Logger

    package init(redis: RedisClient, scripts: JobScripts, logger: Logger) {
        self.redis = redis
        script = scripts.lock
        self.logger = logger
    }

    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        guard let lock = HeldLock(run.payload) else { return try await next(run) }
        switch lock.until {
        case .executing:
            // Before the run, so that what changes from now on is not taken for a duplicate.
            _ = try await self.lock("release", lock)
            try await next(run)
        case .notRunning:
            guard try await self.lock("take", lock) else {
                throw JobDirective.postpone(.seconds(Double.random(in: 1..<3)))
            }
            try await holding(lock) { try await next(run) }
        case .executed:
            try await holding(lock) { try await next(run) }
        }
    }

    package func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        guard let lock = HeldLock(job), lock.until != .executing else { return [] }
        let isOver = [.succeeded, .died, .discarded].contains(end)
        if isOver || lock.until == .notRunning { return [Self.release(lock.name, of: lock.jid)] }
        let name = RedisArgument.string(lock.name)
        let mine = JobErrand.Step.call("GET", name, expecting: .string(lock.jid))
        return [JobErrand(mine, .call("PEXPIRE", name, .integer(lock.lasts.inMilliseconds)))]
    }

    /// What is to be done when a job is taken away while it waits: also those that only wait hold a lock.
    static func release(of job: JobPayload) -> [JobErrand] {
        HeldLock(job).map { [release($0.name, of: $0.jid)] } ?? []
    }

    static func release(_ lock: String, of jid: String) -> JobErrand {
        JobErrand(.call("GET", .string(lock), expecting: .string(jid)), .call("DEL", .string(lock)))
    }

    /// Prolongs the lock while `body` runs.
    private func holding(_ lock: HeldLock, _ body: () async throws -> Void) async throws {
        let keeper = Task {
            while !Task.isCancelled {
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: lock.lasts / 3)
                if !Task.isCancelled { await prolong(lock) }
            }
        }
        defer { keeper.cancel() }
        try await body()
    }

    private func prolong(_ lock: HeldLock) async {
        do {
            _ = try await self.lock("keep", lock)
        } catch {
            logger.warning("a lock could not be prolonged", metadata: ["error": "\(error)"])
        }
    }

    /// False when it belongs to another job.
    private func lock(_ deed: RedisArgument, _ lock: HeldLock) async throws(RedisError) -> Bool {
        let reply = try await redis.evaluate(
            script, keys: [lock.name],
            arguments: [deed, .string(lock.jid), .integer(lock.lasts.inMilliseconds)])
        return reply.array?.first?.text != "taken"
    }
}

/// What a job in hand says of its lock.
private struct HeldLock {
    let name: String
    let jid: String
    let until: JobUniqueness.Until
    let lasts: Duration

    init?(_ job: JobPayload) {
        guard let name = job.string("unique_key"),
            let until = job.string("unique_until").flatMap(JobUniqueness.Until.init),
            let lasts = job.json("unique_for").flatMap({ Double(String(buffer: $0)) }), lasts > 0
        else { return nil }
        self.name = name
        self.until = until
        self.lasts = .seconds(lasts)
        jid = job.jid
    }
}

extension Duration {
    /// At least one for what is not zero: Redis takes 0 for never.
    var inMilliseconds: Int { self == .zero ? 0 : max(1, Int(inSeconds * 1000)) }
}
