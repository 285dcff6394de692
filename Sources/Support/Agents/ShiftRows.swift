import Foundation
import Postgres
import Realtime

/// The hours of agents in PostgreSQL.
struct ShiftRows: Sendable {
    struct Stored: Sendable {
        let hours: HoursDocument?
    }

    let postgres: PostgresPool

    /// Nil when there is no such agent.
    func document(of agent: Agent.ID, in account: Account.ID) async throws -> Stored? {
        try await postgres.query(
            """
            SELECT hours::text AS hours FROM agents WHERE account_id = \(account.uuid) AND id = \(agent.uuid)
            """, in: .account(account)
        ).first.map { row in
            Stored(
                hours: try row.decode("hours", as: String?.self).flatMap {
                    InboxTimeRows.decode(HoursDocument.self, $0)
                })
        }
    }

    func set(_ hours: HoursDocument?, of agent: Agent.ID, in account: Account.ID) async throws -> Bool {
        let json = try hours.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let changed = try await postgres.query(
            """
            UPDATE agents SET hours = \(json)::jsonb
            WHERE account_id = \(account.uuid) AND id = \(agent.uuid) RETURNING id
            """, in: .account(account))
        return !changed.isEmpty
    }

    /// Nil for whoever has no hours, or works there no longer.
    func find(_ agent: Agent.ID, in account: Account.ID) async throws -> Shifts.Shift? {
        try await postgres.query(
            """
            SELECT g.account_id, g.id, g.hours::text AS hours, g.availability_at
            FROM agents g JOIN accounts a ON a.id = g.account_id
            WHERE g.account_id = \(account.uuid) AND g.id = \(agent.uuid) AND g.hours IS NOT NULL
                AND g.suspended_at IS NULL AND a.suspended_at IS NULL
            """, in: .account(account)
        ).first.flatMap(Self.shift)
    }

    /// Of all accounts of a cell: whoever has hours.
    func all(in cell: Cell) async throws -> [Shifts.Shift] {
        try await postgres.query(
            """
            SELECT g.account_id, g.id, g.hours::text AS hours, g.availability_at
            FROM agents g JOIN accounts a ON a.id = g.account_id AND a.cell = \(cell.number)
            WHERE g.hours IS NOT NULL AND g.suspended_at IS NULL AND a.suspended_at IS NULL
            """
        ).compactMap(Self.shift)
    }

    private static func shift(_ row: PostgresRow) throws -> Shifts.Shift? {
        guard let document = InboxTimeRows.decode(HoursDocument.self, try row.decode("hours")) else {
            return nil
        }
        return Shifts.Shift(
            account: Identifier(try row.decode("account_id")), agent: Identifier(try row.decode("id")),
            hours: try document.hours(), since: Timestamp(try row.decode("availability_at", as: Date.self)))
    }
}
