import Foundation
import Postgres

/// Whether PostgreSQL is there, new enough, migrated, and set so that it keeps what it is given.
struct PostgresExamination: Sendable {
    let postgres: PostgresPool
    let home: String

    func examine() async -> [Finding] {
        do {
            var findings = [try await version()]
            findings += try await durability()
            findings += try await schema()
            return findings
        } catch {
            return [
                .wrong(
                    "postgres", "\(error)",
                    "start it, or set DATABASE_URL to where it is; bin/dev starts one of its own")
            ]
        }
    }

    private func setting(_ name: String) async throws -> String {
        try await postgres.query("SELECT current_setting(\(name)) AS value").first?.decode("value") ?? ""
    }

    private func version() async throws -> Finding {
        let number = Int(try await setting("server_version_num")) ?? 0
        let name = try await setting("server_version")
        return number >= 140_000
            ? .right("postgres version", name) : .wrong("postgres version", name, "14 or newer is needed")
    }

    private func durability() async throws -> [Finding] {
        var findings: [Finding] = []
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value = try await setting(name)
            findings.append(
                value == "off"
                    ? .wrong("postgres \(name)", "off: what is committed may be lost", "set \(name) = on")
                    : .right("postgres \(name)", value))
        }
        return findings
    }

    private func schema() async throws -> [Finding] {
        let pending: [String]
        do {
            pending = try await Migrator(directory: "\(home)/sql/migrations").pending(on: postgres)
        } catch {
            guard error.code == .migration || error.sqlState == "42P01" else { throw error }
            return [
                .wrong(
                    "migrations", error.message,
                    "run switchboard migrate, or the version that the database is of")
            ]
        }
        guard pending.isEmpty else {
            return [
                .wrong(
                    "migrations", "\(pending.count) not applied: \(pending.joined(separator: ", "))",
                    "switchboard migrate")
            ]
        }
        let stray: Bool =
            try await postgres.query("SELECT EXISTS (SELECT FROM support_messages_elsewhen) AS stray")
            .first?.decode("stray") ?? false
        let dead: Int =
            try await postgres.query("SELECT count(*) AS count FROM journal_dead_letters").first?.decode(
                "count") ?? 0
        return [
            .right("migrations", "all applied"),
            stray
                ? .warning(
                    "partitions", "some messages are of no month that has one",
                    "see to the clocks of the gateways")
                : .right("partitions", "every message is in its month"),
            dead == 0
                ? .right("journal", "no fact had to be set aside")
                : .warning(
                    "journal", "\(dead) facts could not be written",
                    "look into the table journal_dead_letters"),
        ]
    }
}
