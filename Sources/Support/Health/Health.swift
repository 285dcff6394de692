import Postgres
import Realtime
import Redis

/// How the parts are, as `/health/ready` tells.
package struct Health: Sendable {
    /// In the order of how bad it is.
    package enum Status: String, Encodable, Sendable, Comparable {
        case ok, degraded, unavailable

        private var badness: Int { self == .ok ? 0 : self == .degraded ? 1 : 2 }
        package static func < (a: Status, b: Status) -> Bool { a.badness < b.badness }
    }

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
    private let jobs: RedisClient
    private let journals: [Journal]
    /// Entries that the journals may hold before somebody should look.
    private let journalLimit = 10_000
    /// What a check may take. Probes seldom wait longer than a second.
    private let patience = Duration.milliseconds(800)

    init(redis: RedisClient, jobs: RedisClient, postgres: PostgresPool, journals: [Journal]) {
        self.redis = redis
        self.jobs = jobs
        self.postgres = postgres
        self.journals = journals
    }

    package func check() async -> Report {
        let checks = await withTaskGroup(of: (String, Check).self) { group in
            group.addTask { ("redis", await check(.unavailable, checkRedis)) }
            group.addTask { ("postgres", await check(.degraded, checkPostgres)) }
            group.addTask { ("jobs", await check(.degraded, checkJobs)) }
            group.addTask { ("journal", await check(.degraded, checkJournal)) }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let worst = checks.values.map(\.status).max() ?? .ok
        return Report(status: worst, checks: checks)
    }

    /// - Parameter failure: what it means when the check throws, or takes longer than those who probe wait.
    private func check(
        _ failure: Status, _ body: @escaping @Sendable () async throws -> Check
    ) async -> Check {
        await FirstOf.value(
            {
                do {
                    return try await body()
                } catch let error as RedisError {
                    return Check(status: failure, detail: "redis: \(error.code)")
                } catch {
                    return Check(status: failure, detail: "does not answer")
                }
            },
            orAfter: patience, Check(status: failure, detail: "does not answer in time"))
    }

    private func checkRedis() async throws -> Check {
        let nodes = try await redis.nodes()
        let answers = await withTaskGroup(of: Bool.self) { group in
            for (_, node) in nodes { group.addTask { await isAnswering(node) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        guard answers > 0 else { throw RedisError(.connection, "no answer") }
        // The accounts of one node's cells wait; the others' would be cut off, too, if this were not ready.
        return answers == nodes.count
            ? Check(status: .ok, detail: "answers")
            : Check(status: .degraded, detail: "\(answers) of \(nodes.count) nodes answer")
    }

    private func isAnswering(_ node: RedisClient) async -> Bool {
        // Less than a probe waits, so that one silent node does not make the others silent.
        await FirstOf.value(
            {
                do {
                    _ = try await node.send(["PING"])
                    return true
                } catch { return false }
            }, orAfter: patience / 2, false)
    }

    private func checkPostgres() async throws -> Check {
        try await postgres.query("SELECT 1")
        return Check(status: .ok, detail: "answers")
    }

    private func checkJobs() async throws -> Check {
        let processes = try await jobs.send(["SMEMBERS", "processes"]).array ?? []
        let alive = try await jobs.pipeline(processes.map { ["EXISTS", .string($0.text ?? "")] }).count {
            $0.int == 1
        }
        return Check(status: alive > 0 ? .ok : .degraded, detail: "\(alive) worker processes")
    }

    private func checkJournal() async throws -> Check {
        var length = 0
        for journal in journals { length += try await journal.length() }
        return Check(
            status: length < journalLimit ? .ok : .degraded,
            detail: "\(length) facts on their way to PostgreSQL")
    }
}
