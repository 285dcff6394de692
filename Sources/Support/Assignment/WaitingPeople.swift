import Foundation
import Postgres

/// Who the people in a line are: the line itself knows chats alone.
package struct WaitingPeople: Sendable {
    let postgres: PostgresPool

    /// The contacts of these chats, in one question. Nothing of a chat that PostgreSQL does not have yet, and of none
    /// while it is away: a line can be served without names.
    package func contacts(of chats: [Chat.ID], in account: Account.ID) async throws -> [Chat.ID: Contact] {
        guard !chats.isEmpty else { return [:] }
        do {
            let rows = try await postgres.query(
                """
                SELECT s.id, c.id AS contact_id, c.name, c.email
                FROM support_chats s JOIN contacts c ON c.account_id = s.account_id AND c.id = s.contact_id
                WHERE s.account_id = \(account.uuid) AND s.id = ANY (\(chats.map(\.uuid)))
                """, in: .account(account))
            return try rows.reduce(into: [:]) { known, row in
                known[Identifier(try row.decode("id", as: UUID.self))] = Contact(
                    id: Identifier(try row.decode("contact_id", as: UUID.self)),
                    name: try row.decode("name", as: String?.self),
                    email: try row.decode("email", as: String?.self))
            }
        } catch let error as PostgresError where error.isTransient {
            return [:]
        }
    }
}
