import Foundation
import Postgres

/// Chats with their contact and latest conversation in PostgreSQL.
struct ChatRows: Sendable {
    struct Episode: Sendable {
        let id: Conversation.ID
        let status: Conversation.Status
        let version: Int
        let openedAt: Timestamp
        let assignedAt: Timestamp?
        let assigneeID: Agent.ID?
        let assigneeName: String?
        let teamID: Team.ID?
        let priority: Int
        /// As `Line.join` writes them.
        let skills: String
        /// Since when it waits, ms since 1970; with the priority, its place in line.
        let place: Int
        /// Nil while it is open.
        let end: End?
    }

    /// How an episode ended, and what its contact thought of it.
    struct End: Sendable {
        let at: Timestamp
        let reason: String
        let type: String
        let by: UUID?
        let comment: String?
        let rating: Int?
        let ratingComment: String?
    }

    struct Row: Sendable {
        let id: Chat.ID
        let accountID: Account.ID
        let inbox: ChatListItem.InboxView
        let contact: Contact
        let lastSeq: Int
        let lastUserSeq: Int
        let lastMessageAt: Timestamp?
        let lastMessagePreview: String?
        let lastMessageSender: Sender.Kind?
        let userMarks: Message.Marks
        let adminMarks: Message.Marks
        let archivedAt: Timestamp?
        let conversation: Episode?
        /// For the agent who asks; 0 when nobody does.
        let unreadCount: Int
    }

    /// Where counting a chat's unread messages ends: this many stand for “as many or more”.
    static let unreadLimit = 100

    let postgres: PostgresPool

    /// Each chat with the two rows it needs beside it: no query per row, whatever the length of the list.
    ///
    /// Unread for an agent are the contact's messages above that agent's own mark, since they joined the staff. At most
    /// `unreadLimit` are counted, off the index of messages and only where the contact wrote above the mark, so a chat
    /// with a long past costs no more than others.
    ///
    /// - Parameter agent: who asks.
    static func selection(for agent: Agent.ID?) -> SQL {
        columns + """
             (SELECT count(*) FROM (
                SELECT FROM support_messages m
                WHERE me.id IS NOT NULL
                    AND m.account_id = s.account_id AND m.chat_id = s.id AND m.sender_type = 'user'
                    AND m.seq > CASE WHEN r.read_seq IS NULL THEN 0 ELSE r.read_seq END
                    AND s.last_user_seq > CASE WHEN r.read_seq IS NULL THEN 0 ELSE r.read_seq END
                    AND m.id >= uuid_v7_floor(me.unread_since)
                LIMIT \(unreadLimit)) n) AS unread_count
            """ + tables + """
                LEFT JOIN agents me ON me.account_id = s.account_id AND me.id = \(agent?.uuid)
                LEFT JOIN agent_chat_reads r ON r.account_id = s.account_id AND r.chat_id = s.id AND r.agent_id = me.id

                """
    }

    private static let columns: SQL = """
        SELECT s.id, s.account_id, s.last_seq, s.last_user_seq, s.last_message_at, s.last_message_preview,
            s.last_message_sender, s.archived_at, s.user_delivered_seq, s.user_delivered_at, s.user_read_seq,
            s.user_read_at, s.admin_delivered_seq, s.admin_delivered_at, s.admin_read_seq, s.admin_viewed_at,
            c.id AS contact_id, c.name AS contact_name, c.email AS contact_email,
            i.id AS inbox_id, i.name AS inbox_name,
            v.id AS conversation_id, v.status, v.version, v.opened_at, v.assigned_at, v.assignee_id,
            v.team_id, v.priority, v.skills, v.place, v.ended_at, v.ended_reason, v.ended_type, v.ended_by, v.ended_comment, v.rating, v.rating_comment,
            a.name AS assignee_name,
        """

    private static let tables: SQL = """

        FROM support_chats s
        JOIN contacts c ON c.account_id = s.account_id AND c.id = s.contact_id
        JOIN inboxes i ON i.account_id = s.account_id AND i.id = s.inbox_id
        LEFT JOIN LATERAL (
            SELECT * FROM conversations v WHERE v.account_id = s.account_id AND v.chat_id = s.id
            ORDER BY v.opened_at DESC LIMIT 1
        ) v ON true
        LEFT JOIN agents a ON a.account_id = s.account_id AND a.id = v.assignee_id

        """

    func find(_ chat: Chat.Address, for agent: Agent.ID? = nil) async throws -> Row? {
        let rows = try await postgres.query(
            Self.selection(for: agent)
                + "WHERE s.account_id = \(chat.accountID.uuid) AND s.id = \(chat.chatID.uuid)",
            in: .account(chat.accountID))
        return try rows.first.map(Self.row)
    }

    /// How far each agent has read the chat who has at all.
    func reads(_ chat: Chat.Address) async throws -> [(agent: Agent.ID, seq: Int)] {
        let rows = try await postgres.query(
            """
            SELECT agent_id, read_seq FROM agent_chat_reads
            WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid)
            """, in: .account(chat.accountID))
        return try rows.map { (Identifier(try $0.decode("agent_id")), try $0.decode("read_seq")) }
    }

    /// The contact's one chat in an inbox, made if it is not there yet; whoever comes first decides its id.
    func findOrCreate(_ session: ContactSession, at now: Timestamp) async throws -> Chat.ID {
        let rows = try await postgres.query(
            """
            INSERT INTO support_chats (account_id, id, inbox_id, contact_id, created_at)
            VALUES (\(session.accountID.uuid), \(session.chatID.uuid), \(session.inboxID.uuid),
                \(session.contactID.uuid), \(now.date))
            ON CONFLICT (account_id, inbox_id, contact_id) DO UPDATE SET inbox_id = excluded.inbox_id
            RETURNING id
            """, in: .account(session.accountID))
        guard let row = rows.first else { throw SupportError.notFound("chat") }
        return Identifier(try row.decode("id"))
    }

    static func row(_ row: PostgresRow) throws -> Row {
        func moment(_ column: String) throws -> Timestamp? {
            try row.decode(column, as: Date?.self).map(Timestamp.init)
        }
        let end = try moment("ended_at").map { moment in
            End(
                at: moment, reason: try row.decode("ended_reason", as: String?.self) ?? "system",
                type: try row.decode("ended_type", as: String?.self) ?? "system",
                by: try row.decode("ended_by", as: UUID?.self),
                comment: try row.decode("ended_comment", as: String?.self),
                rating: try row.decode("rating", as: Int?.self),
                ratingComment: try row.decode("rating_comment", as: String?.self))
        }
        let episode = try row.decode("conversation_id", as: UUID?.self).map { id in
            let opened = Timestamp(try row.decode("opened_at"))
            return Episode(
                id: Identifier(id),
                status: Conversation.Status(rawValue: try row.decode("status")) ?? .ended,
                version: try row.decode("version"), openedAt: opened,
                assignedAt: try moment("assigned_at"),
                assigneeID: try row.decode("assignee_id", as: UUID?.self).map(Identifier.init),
                assigneeName: try row.decode("assignee_name", as: String?.self),
                teamID: try row.decode("team_id", as: UUID?.self).map(Identifier.init),
                priority: try row.decode("priority"), skills: try row.decode("skills"),
                place: try row.decode("place", as: Int?.self) ?? opened.milliseconds, end: end)
        }
        return Row(
            id: Identifier(try row.decode("id")), accountID: Identifier(try row.decode("account_id")),
            inbox: .init(id: Identifier(try row.decode("inbox_id")), name: try row.decode("inbox_name")),
            contact: Contact(
                id: Identifier(try row.decode("contact_id")),
                name: try row.decode("contact_name", as: String?.self),
                email: try row.decode("contact_email", as: String?.self)),
            lastSeq: try row.decode("last_seq"), lastUserSeq: try row.decode("last_user_seq"),
            lastMessageAt: try moment("last_message_at"),
            lastMessagePreview: try row.decode("last_message_preview", as: String?.self),
            lastMessageSender: try row.decode("last_message_sender", as: String?.self)
                .flatMap(Sender.Kind.init(rawValue:)),
            userMarks: Message.Marks(
                delivered: try row.decode("user_delivered_seq"), deliveredAt: try moment("user_delivered_at"),
                read: try row.decode("user_read_seq"), readAt: try moment("user_read_at")),
            adminMarks: Message.Marks(
                delivered: try row.decode("admin_delivered_seq"),
                deliveredAt: try moment("admin_delivered_at"),
                read: try row.decode("admin_read_seq"), readAt: try moment("admin_viewed_at")),
            archivedAt: try moment("archived_at"), conversation: episode,
            unreadCount: try row.decode("unread_count"))
    }
}
