import Foundation
import Postgres
import Realtime

struct InboxRows: Sendable {
    let postgres: PostgresPool

    /// The one look-up without an account: the token is public and names the account.
    func find(websiteToken: String) async throws -> Inbox? {
        let rows = try await postgres.query(
            """
            SELECT i.account_id, i.id, i.name, i.settings::text AS settings, i.hours::text AS hours, a.cell,
                i.closed_at IS NOT NULL AS closed
            FROM inboxes i JOIN accounts a ON a.id = i.account_id
            WHERE i.website_token = \(websiteToken) AND a.suspended_at IS NULL
            """)
        return try rows.first.map { row in
            let isClosed: Bool = try row.decode("closed")
            return Inbox(
                id: Identifier(try row.decode("id")), accountID: Identifier(try row.decode("account_id")),
                cell: Cell(try row.decode("cell")), name: try row.decode("name"),
                settings: try JSONDecoder().decode(
                    InboxSettings.self, from: Data(try row.decode("settings", as: String.self).utf8)),
                hours: isClosed
                    ? .never
                    : try row.decode("hours", as: String?.self).flatMap {
                        InboxTimeRows.decode(HoursDocument.self, $0)
                    }?.hours())
        }
    }
}
