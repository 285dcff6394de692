import Foundation
import Postgres
import Realtime

/// What PostgreSQL knows of chats that may have timers; the one place that reads it for all accounts of a cell.
struct TimerRows: Sendable {
    let postgres: PostgresPool

    /// Chats with messages that are not archived, a page in the order of their ids.
    func chats(in cell: Cell, after: UUID?, limit: Int) async throws -> [TimerStanding] {
        let first = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        let rows = try await postgres.query(
            """
            SELECT s.account_id, s.id, s.inbox_id, s.last_seq, s.last_message_at, s.last_message_sender,
                v.id AS conversation_id, v.opened_at, began.seq AS began_seq, answer.seq AS answer_seq,
                since.seq AS since_seq, since.created_at AS since_at
            FROM support_chats s
            JOIN accounts a ON a.id = s.account_id AND a.cell = \(cell.number) AND a.suspended_at IS NULL
            LEFT JOIN conversations v ON v.account_id = s.account_id AND v.chat_id = s.id AND v.status <> 'ended'
            LEFT JOIN LATERAL (
                SELECT min(m.seq) AS seq FROM support_messages m WHERE m.account_id = s.account_id
                    AND m.chat_id = s.id AND m.conversation_id = v.id AND m.id >= uuid_v7_floor(v.opened_at)
            ) began ON v.id IS NOT NULL
            LEFT JOIN LATERAL (
                SELECT max(m.seq) AS seq FROM support_messages m WHERE m.account_id = s.account_id
                    AND m.chat_id = s.id AND m.conversation_id = v.id AND m.sender_type = 'admin'
                    AND m.id >= uuid_v7_floor(v.opened_at)
            ) answer ON v.id IS NOT NULL
            LEFT JOIN LATERAL (
                SELECT m.seq, m.created_at FROM support_messages m WHERE m.account_id = s.account_id
                    AND m.chat_id = s.id AND m.conversation_id = v.id AND m.sender_type = 'user'
                    AND m.seq > coalesce(answer.seq, 0) AND m.id >= uuid_v7_floor(v.opened_at)
                ORDER BY m.seq LIMIT 1
            ) since ON v.id IS NOT NULL
            WHERE s.archived_at IS NULL AND s.last_seq > 0 AND s.id > \(after ?? first)
            ORDER BY s.id LIMIT \(limit)
            """)
        return try rows.compactMap { row in try Self.standing(row, in: cell) }
    }

    private static func standing(_ row: PostgresRow, in cell: Cell) throws -> TimerStanding? {
        guard let lastAt = try row.decode("last_message_at", as: Date?.self),
            let sender = try row.decode("last_message_sender", as: String?.self)
                .flatMap(Sender.Kind.init(rawValue:))
        else { return nil }
        var open: TimerStanding.Open?
        if let id = try row.decode("conversation_id", as: UUID?.self),
            let began = try row.decode("began_seq", as: Int?.self)
        {
            let since = try row.decode("since_at", as: Date?.self).map(Timestamp.init)
            let sinceSeq = try row.decode("since_seq", as: Int?.self)
            open = TimerStanding.Open(
                conversation: Identifier(id),
                began: (began, Timestamp(try row.decode("opened_at", as: Date.self))),
                isAnswered: try row.decode("answer_seq", as: Int?.self) != nil,
                waitingSince: since.flatMap { at in sinceSeq.map { ($0, at) } })
        }
        return TimerStanding(
            chat: Chat.Address(
                cell: cell, accountID: Identifier(try row.decode("account_id")),
                chatID: Identifier(try row.decode("id"))),
            inbox: Identifier(try row.decode("inbox_id")),
            last: (try row.decode("last_seq"), Timestamp(lastAt), sender), open: open)
    }
}
