import Foundation
import Realtime
import Redis

/// How the installation is, for the people of every account: states and numbers of its parts, and nothing that belongs
/// to one account or names a machine.
package struct SystemReport: Encodable, Sendable {
    package struct Journal: Encodable, Sendable {
        /// Facts that are accepted and not in PostgreSQL yet.
        package let facts: Int
        /// How long the oldest of them has been on its way, in seconds; 0 when there is none.
        package let lag: Double

        enum CodingKeys: String, CodingKey {
            case facts
            case lag = "lag_s"
        }
    }

    package let health: Health.Report
    /// Those that hold sockets, and the one that answers.
    package let gateways: Int
    package let workers: Int
    /// Nil while Redis does not answer.
    package let journal: Journal?

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(health.status, forKey: .status)
        try container.encode(health.checks, forKey: .checks)
        try container.encode(gateways, forKey: .gateways)
        try container.encode(workers, forKey: .workers)
        try container.encode(journal, forKey: .journal)
    }

    enum CodingKeys: CodingKey { case status, checks, gateways, workers, journal }
}

/// Asks the parts.
package struct SystemReports: Sendable {
    let health: Health
    let redis: RedisClient
    let jobs: RedisClient
    let journals: [Journal]
    /// What a question may take: a part that is away must not keep the others from being told of.
    private let patience = Duration.milliseconds(800)

    init(health: Health, redis: RedisClient, jobs: RedisClient, journals: [Journal]) {
        (self.health, self.redis, self.jobs, self.journals) = (health, redis, jobs, journals)
    }

    /// Administrators alone. The number of a part that does not answer is the least it can be, or nil, and `checks` say
    /// why.
    package func make(for agent: AgentSession, at now: Timestamp) async throws(SupportError) -> SystemReport {
        try agent.require(.administrator)
        async let checks = health.check()
        async let gateways = FirstOf.value({ await countGateways(at: now) }, orAfter: patience, 1)
        async let workers = FirstOf.value({ await countWorkers() }, orAfter: patience, 0)
        async let journal = FirstOf.value({ await lag(at: now) }, orAfter: patience, nil)
        return await SystemReport(health: checks, gateways: gateways, workers: workers, journal: journal)
    }

    /// A gateway has a lease in each cell that it holds sockets of; after a break it goes on there under another life.
    private func countGateways(at now: Timestamp) async -> Int {
        var names: Set<String> = []
        do {
            for journal in journals {
                let leases = try await redis.send([
                    "ZRANGEBYSCORE", .string(journal.cell.key("presence:gateways")),
                    .integer(now.milliseconds), "+inf",
                ])
                for name in leases.array?.compactMap(\.text) ?? [] {
                    names.insert(name.split(separator: ".").dropLast().joined(separator: "."))
                }
            }
        } catch {
            return max(1, names.count)
        }
        return max(1, names.count)
    }

    private func countWorkers() async -> Int {
        do {
            let processes = try await jobs.send(["SMEMBERS", "processes"]).array ?? []
            return try await jobs.pipeline(processes.map { ["EXISTS", .string($0.text ?? "")] })
                .count { $0.int == 1 }
        } catch {
            return 0
        }
    }

    private func lag(at now: Timestamp) async -> SystemReport.Journal? {
        var (facts, oldest) = (0, now.milliseconds)
        do {
            for journal in journals {
                facts += try await journal.length()
                // An id begins with the moment it was given at, by Redis's clock.
                let first = try await journal.entries(limit: 1).first?.id
                if let moment = first?.split(separator: "-").first.flatMap({ Int($0) }) {
                    oldest = min(oldest, moment)
                }
            }
        } catch {
            return nil
        }
        return .init(facts: facts, lag: Double(now.milliseconds - oldest) / 1000)
    }
}
