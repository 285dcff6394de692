import Foundation
import Postgres
import Realtime

/// The teams of an account. A change is in force when the call returns: the lines are made anew, and who may now serve
/// somebody who waits is given them.
package struct Teams: Sendable {
    /// So many of an account.
    static let limit = 200
    static let nameCharacters = 100

    let postgres: PostgresPool
    let setup: AssignmentSetup

    /// All of them, by name.
    package func list(_ account: Account.ID) async throws -> [Team] {
        let rows = try await postgres.query(
            """
            SELECT t.id, t.name, coalesce(string_agg(m.agent_id::text, ' ' ORDER BY m.agent_id), '') AS agents
            FROM teams t LEFT JOIN team_members m ON m.account_id = t.account_id AND m.team_id = t.id
            WHERE t.account_id = \(account.uuid) GROUP BY t.id, t.name ORDER BY lower(t.name), t.id
            """, in: .account(account))
        return try rows.map { row in
            Team(
                id: .init(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
                agentIDs: try row.decode("agents", as: String.self).split(separator: " ")
                    .compactMap { Agent.ID(String($0)) })
        }
    }

    package func exists(_ team: Team.ID, in account: Account.ID) async throws -> Bool {
        try await !postgres.query(
            "SELECT FROM teams WHERE account_id = \(account.uuid) AND id = \(team.uuid)",
            in: .account(account)
        ).isEmpty
    }

    /// Throws `SupportError.invalid` for `name` and `agent_ids`.
    package func create(
        name: String, agents: [Agent.ID], in account: Account.ID, _ cell: Cell
    ) async throws -> Team {
        let name = try Self.checked(name)
        let id = Team.ID.new()
        let scope = PostgresScope.account(account)
        let made = try await named(name) {
            try await postgres.query(
                """
                INSERT INTO teams (account_id, id, name)
                SELECT \(account.uuid), \(id.uuid), \(name)
                WHERE (SELECT count(*) FROM teams WHERE account_id = \(account.uuid)) < \(Self.limit) RETURNING id
                """, in: scope)
        }
        guard !made.isEmpty else {
            throw SupportError.conflict(
                code: "too_many", "An account has at most \(Self.limit) teams.")
        }
        return try await change(id, name: nil, agents: agents, in: account, cell)
    }

    /// What is nil stays as it is.
    package func change(
        _ team: Team.ID, name: String?, agents: [Agent.ID]?, in account: Account.ID, _ cell: Cell
    ) async throws -> Team {
        guard try await exists(team, in: account) else { throw SupportError.notFound("team") }
        let scope = PostgresScope.account(account)
        if let name = try name.map(Self.checked) {
            _ = try await named(name) {
                try await postgres.query(
                    "UPDATE teams SET name = \(name) WHERE account_id = \(account.uuid) AND id = \(team.uuid)",
                    in: scope)
            }
        }
        if let agents {
            let known = try await postgres.query(
                """
                WITH gone AS (
                    DELETE FROM team_members WHERE account_id = \(account.uuid) AND team_id = \(team.uuid)
                        AND agent_id <> ALL (\(agents.map(\.uuid)))
                ), new AS (
                    INSERT INTO team_members (account_id, team_id, agent_id)
                    SELECT account_id, \(team.uuid), id FROM agents
                    WHERE account_id = \(account.uuid) AND id = ANY (\(agents.map(\.uuid)))
                    ON CONFLICT DO NOTHING
                )
                SELECT count(*)::bigint AS n FROM agents
                WHERE account_id = \(account.uuid) AND id = ANY (\(agents.map(\.uuid)))
                """, in: scope)
            guard try known.first?.decode("n", as: Int.self) == Set(agents).count else {
                throw SupportError.invalid(field: "agent_ids", "One of them is no agent of this account.")
            }
        }
        try await setup.prepare(account, in: cell)
        guard let now = try await list(account).first(where: { $0.id == team }) else {
            throw SupportError.notFound("team")
        }
        return now
    }

    /// Whoever waits for it waits for their inbox's agents instead, once widened.
    package func delete(_ team: Team.ID, in account: Account.ID, _ cell: Cell) async throws {
        let gone = try await postgres.query(
            "DELETE FROM teams WHERE account_id = \(account.uuid) AND id = \(team.uuid) RETURNING id",
            in: .account(account))
        guard !gone.isEmpty else { throw SupportError.notFound("team") }
        try await setup.prepare(account, in: cell)
    }

    private static func checked(_ name: String) throws(SupportError) -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...nameCharacters).contains(name.count), !name.utf8.contains(0) else {
            throw .invalid(field: "name", "It has 1 to \(nameCharacters) characters.")
        }
        return name
    }

    private func named<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError where error.isUniqueViolation {
            throw SupportError.invalid(field: "name", "There is a team of this name already.")
        }
    }
}
