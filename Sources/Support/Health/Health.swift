import Postgres
import Realtime
import Redis

/// How the parts are, as `/health/ready` tells.
package struct Health: Sendable {
    package enum Status: String, Encodable, Sendable { case ok, degraded, unavailable }

    package struct Check: Encodable, Sendable {
        package let status: Status
        package let detail: String
    }

    package struct Report: Encodable, Sendable {
        package let status: Status
        package let checks: [String: Check]
    }

    private let redis: RedisClient
    private let postgres: PostgresPool
    private let journal: Journal
    /// Entries that the journal may hold before somebody should look.
    private let journalLimit = 10_000

    init(redis: RedisClient, postgres: PostgresPool, journal: Journal) {
        self.redis = redis
        self.postgres = postgres
        self.journal = journal
    }

    package func check() async -> Report {
        async let redis = check(.unavailable, checkRedis)
        async let postgres = check(.degraded, checkPostgres)
        async let jobs = check(.degraded, checkJobs)
        async let journal = check(.degraded, checkJournal)
        let checks = await ["redis": redis, "postgres": postgres, "jobs": jobs, "journal": journal]
        let statuses = checks.values.map(\.status)
        let worst: Status = statuses.contains(.unavailable) ? .unavailable : statuses.contains(.degraded) ? .degraded : .ok
        return Report(status: worst, checks: checks)
    }

    /// - Parameter failure: what it means when the check throws.
    private func check(
        _ failure: Status, _ body: @Sendable () async throws -> Check
    ) async -> Check {
        do {
            return try await body()
        } catch let error as RedisError {
            return Check(status: failure, detail: "redis: \(error.code)")
        } catch {
            return Check(status: failure, detail: "does not answer")
        }
    }

    private func checkRedis() async throws -> Check {
        _ = try await redis.send(["PING"])
        return Check(status: .ok, detail: "answers")
    }

    private func checkPostgres() async throws -> Check {
        try await postgres.query("SELECT 1")
        return Check(status: .ok, detail: "answers")
    }

    private func checkJobs() async throws -> Check {
        let processes = try await redis.send(["SMEMBERS", "processes"]).array ?? []
        let alive = try await redis.pipeline(processes.map { ["EXISTS", .string($0.text ?? "")] }).count { $0.int == 1 }
        return Check(status: alive > 0 ? .ok : .degraded, detail: "\(alive) worker processes")
    }

    private func checkJournal() async throws -> Check {
        let length = try await journal.length()
        return Check(
            status: length < journalLimit ? .ok : .degraded, detail: "\(length) facts on their way to PostgreSQL")
    }
}
