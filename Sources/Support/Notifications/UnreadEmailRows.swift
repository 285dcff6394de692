import Foundation
import Postgres

struct UnreadEmailRows: Sendable {
    struct Found: Sendable {
        let lastSeq: Int
        let userReadSeq: Int
        let emailedSeq: Int
        let isArchived: Bool
        let email: String?
        let name: String?
        let locale: String?
        let inbox: String
    }

    struct Unread: Sendable {
        let seq: Int
        let sender: String?
        let content: String
    }

    let postgres: PostgresPool

    func find(_ chat: Chat.Address) async throws -> Found? {
        let rows = try await postgres.query(
            """
            SELECT s.last_seq, s.user_read_seq, s.emailed_seq, s.archived_at IS NOT NULL AS archived,
                c.email, c.name, c.locale, i.name AS inbox
            FROM support_chats s
            JOIN contacts c ON c.account_id = s.account_id AND c.id = s.contact_id
            JOIN inboxes i ON i.account_id = s.account_id AND i.id = s.inbox_id
            WHERE s.account_id = \(chat.accountID.uuid) AND s.id = \(chat.chatID.uuid)
            """, in: .account(chat.accountID))
        return try rows.first.map { row in
            Found(
                lastSeq: try row.decode("last_seq"), userReadSeq: try row.decode("user_read_seq"),
                emailedSeq: try row.decode("emailed_seq"), isArchived: try row.decode("archived"),
                email: try row.decode("email", as: String?.self),
                name: try row.decode("name", as: String?.self),
                locale: try row.decode("locale", as: String?.self), inbox: try row.decode("inbox"))
        }
    }

    /// The agents' messages above a seq, at most the last fifty of them.
    func unread(_ chat: Chat.Address, above seq: Int) async throws -> [Unread] {
        let rows = try await postgres.query(
            """
            SELECT seq, sender_name, content FROM support_messages
            WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid) AND seq > \(seq)
                AND sender_type = 'admin'
            ORDER BY seq DESC LIMIT 50
            """, in: .account(chat.accountID))
        return try rows.reversed().map { row in
            Unread(
                seq: try row.decode("seq"), sender: try row.decode("sender_name", as: String?.self),
                content: try row.decode("content"))
        }
    }

    func markEmailed(_ chat: Chat.Address, upTo seq: Int) async throws {
        try await postgres.query(
            """
            UPDATE support_chats SET emailed_seq = \(seq)
            WHERE account_id = \(chat.accountID.uuid) AND id = \(chat.chatID.uuid) AND emailed_seq < \(seq)
            """, in: .account(chat.accountID))
    }
}
