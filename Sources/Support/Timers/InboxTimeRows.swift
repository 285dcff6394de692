import Foundation
import Postgres

/// The hours and time rules of inboxes in PostgreSQL.
struct InboxTimeRows: Sendable {
    struct Stored: Sendable {
        let rules: TimeRules
        let hours: HoursDocument?
    }

    let postgres: PostgresPool

    func find(_ inbox: Inbox.ID, of account: Account.ID) async throws(PostgresError) -> Stored? {
        let rows = try await postgres.query(
            """
            SELECT hours::text AS hours, time_rules::text AS rules FROM inboxes
            WHERE account_id = \(account.uuid) AND id = \(inbox.uuid)
            """, in: .account(account))
        return try rows.first.map { row throws(PostgresError) in
            Stored(
                rules: Self.decode(TimeRules.self, try row.decode("rules")) ?? .standard,
                hours: try row.decode("hours", as: String?.self).flatMap {
                    Self.decode(HoursDocument.self, $0)
                })
        }
    }

    /// What a newer version wrote and this one cannot read counts as not set.
    static func decode<Value: Decodable>(_ type: Value.Type, _ json: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(json.utf8))  // see above
    }

    func inbox(of chat: Chat.Address) async throws -> Inbox.ID? {
        let rows = try await postgres.query(
            """
            SELECT inbox_id FROM support_chats
            WHERE account_id = \(chat.accountID.uuid) AND id = \(chat.chatID.uuid)
            """, in: .account(chat.accountID))
        return try rows.first.map { Identifier(try $0.decode("inbox_id")) }
    }

    func set(hours: HoursDocument?, of inbox: Inbox.ID, in account: Account.ID) async throws -> Bool {
        let json = try hours.map(Self.json)
        let result = try await postgres.query(
            """
            UPDATE inboxes SET hours = \(json)::jsonb
            WHERE account_id = \(account.uuid) AND id = \(inbox.uuid) RETURNING id
            """, in: .account(account))
        return !result.isEmpty
    }

    func set(rules: TimeRules, of inbox: Inbox.ID, in account: Account.ID) async throws -> Bool {
        let result = try await postgres.query(
            """
            UPDATE inboxes SET time_rules = \(try Self.json(rules))::jsonb
            WHERE account_id = \(account.uuid) AND id = \(inbox.uuid) RETURNING id
            """, in: .account(account))
        return !result.isEmpty
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
