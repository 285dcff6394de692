import Foundation
import Postgres
import Realtime

/// How the inboxes of an account give out conversations, and to whom.
package struct InboxRules: Sendable {
    package struct View: Codable, Sendable {
        package let inboxID: Inbox.ID
        package let name: String
        /// Nobody is served there any more.
        package let closed: Bool
        package var rules: LineRules
        /// Nobody in particular means everybody.
        package var agentIDs: [Agent.ID]

        enum CodingKeys: String, CodingKey {
            case name, closed, rules
            case inboxID = "inbox_id"
            case agentIDs = "agent_ids"
        }
    }

    let postgres: PostgresPool
    let setup: AssignmentSetup

    package func list(_ account: Account.ID) async throws -> [View] {
        let rows = try await postgres.query(
            """
            SELECT i.id, i.name, i.assignment::text AS rules, i.closed_at IS NOT NULL AS closed,
                coalesce(string_agg(m.agent_id::text, ' ' ORDER BY m.agent_id), '') AS agents
            FROM inboxes i LEFT JOIN inbox_members m ON m.account_id = i.account_id AND m.inbox_id = i.id
            WHERE i.account_id = \(account.uuid) GROUP BY i.id, i.name, i.assignment, i.closed_at
            ORDER BY lower(i.name), i.id
            """, in: .account(account))
        return try rows.map { row in
            View(
                inboxID: .init(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
                closed: try row.decode("closed"),
                rules: try JSONDecoder().decode(
                    LineRules.self, from: Data(try row.decode("rules", as: String.self).utf8)),
                agentIDs: try row.decode("agents", as: String.self).split(separator: " ")
                    .compactMap { Agent.ID(String($0)) })
        }
    }

    /// Closes an inbox, or opens it again. Who waits there is shown out: their conversations end `system`, with the comment
    /// `inbox_closed`, and so does whatever is begun there. What agents have stays with them.
    package func close(
        _ isClosed: Bool, _ inbox: Inbox.ID, in account: Account.ID, _ cell: Cell
    ) async throws {
        let changed = try await postgres.query(
            """
            UPDATE inboxes SET closed_at = CASE WHEN \(isClosed) THEN coalesce(closed_at, now()) END
            WHERE account_id = \(account.uuid) AND id = \(inbox.uuid) RETURNING id
            """, in: .account(account))
        guard !changed.isEmpty else { throw SupportError.notFound("inbox") }
        try await setup.prepare(account, in: cell)
    }

    /// Sets all rules of an inbox, and its agents when they are given. In force when the call returns.
    ///
    /// Throws `SupportError.invalid` with the field that is out of its range.
    package func set(
        _ rules: LineRules, agents: [Agent.ID]?, of inbox: Inbox.ID, in account: Account.ID, _ cell: Cell
    ) async throws {
        try rules.validate()
        let json = String(decoding: try JSONEncoder().encode(rules), as: UTF8.self)
        let scope = PostgresScope.account(account)
        let changed = try await postgres.query(
            """
            UPDATE inboxes SET assignment = \(json)::jsonb
            WHERE account_id = \(account.uuid) AND id = \(inbox.uuid) RETURNING id
            """, in: scope)
        guard !changed.isEmpty else { throw SupportError.notFound("inbox") }
        if let agents {
            _ = try await postgres.query(
                """
                WITH gone AS (
                    DELETE FROM inbox_members WHERE account_id = \(account.uuid) AND inbox_id = \(inbox.uuid)
                        AND agent_id <> ALL (\(agents.map(\.uuid)))
                )
                INSERT INTO inbox_members (account_id, inbox_id, agent_id)
                SELECT account_id, \(inbox.uuid), id FROM agents
                WHERE account_id = \(account.uuid) AND id = ANY (\(agents.map(\.uuid)))
                ON CONFLICT DO NOTHING
                """, in: scope)
        }
        try await setup.prepare(account, in: cell)
    }
}
