import Foundation
import NIOCore
import Postgres

/// Messages in PostgreSQL, read by chat and `seq` through `support_messages_chat`.
struct MessageRows: Sendable {
    let postgres: PostgresPool

    private static let columns: SQL = """
        seq, conversation_id, id, client_id, content, sender_type, sender_name, created_at, delivered_at, read_at
        """

    /// Bytes of content after which a page has no more messages; one is always given.
    static let pageBytes = 4 << 20

    /// The newest messages, oldest of them first: so many, or fewer that are long.
    func newest(
        _ chat: Chat.Address, before: Int = 0, limit: Int, bytes: Int = pageBytes
    ) async throws -> [Message] {
        let rows = try await postgres.query(
            """
            SELECT \(Self.columns) FROM (
                SELECT *, sum(octet_length(content)) OVER (ORDER BY seq DESC) - octet_length(content) AS before
                FROM support_messages
                WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid)
                    AND (\(before) = 0 OR seq < \(before))
                ORDER BY seq DESC LIMIT \(limit)
            ) AS page WHERE before < \(bytes) ORDER BY seq DESC
            """, in: .account(chat.accountID))
        return try rows.reversed().map(Self.message)
    }

    /// The oldest messages after a seq: so many, or fewer that are long.
    func following(
        _ chat: Chat.Address, after: Int, limit: Int, bytes: Int = pageBytes
    ) async throws -> [Message] {
        let rows = try await postgres.query(
            """
            SELECT \(Self.columns) FROM (
                SELECT *, sum(octet_length(content)) OVER (ORDER BY seq) - octet_length(content) AS before
                FROM support_messages
                WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid) AND seq > \(after)
                ORDER BY seq LIMIT \(limit)
            ) AS page WHERE before < \(bytes) ORDER BY seq
            """, in: .account(chat.accountID))
        return try rows.map(Self.message)
    }

    func find(_ chat: Chat.Address, seq: Int) async throws -> Message? {
        try await following(chat, after: seq - 1, limit: 1).first { $0.seq == seq }
    }

    /// The last seq at or before a moment; 0 when there is none.
    func lastSeq(_ chat: Chat.Address, upTo moment: Timestamp) async throws -> Int {
        let rows = try await postgres.query(
            """
            SELECT coalesce(max(seq), 0) AS seq FROM support_messages
            WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid)
                AND created_at <= \(moment.date)
            """, in: .account(chat.accountID))
        return try rows.first?.decode("seq") ?? 0
    }

    /// The newest `sender:client_id`s, by which resends are recognised.
    func clientIDs(_ chat: Chat.Address, limit: Int) async throws -> [(seq: Int, clientID: String)] {
        let rows = try await postgres.query(
            """
            SELECT seq, sender_type || ':' || client_id AS client_id FROM support_messages
            WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid)
            ORDER BY seq DESC LIMIT \(limit)
            """, in: .account(chat.accountID))
        return try rows.map { (try $0.decode("seq"), try $0.decode("client_id")) }
    }

    private static func message(_ row: PostgresRow) throws -> Message {
        let createdAt = Timestamp(try row.decode("created_at", as: Date.self))
        let deliveredAt = try row.decode("delivered_at", as: Date?.self).map(Timestamp.init)
        let readAt = try row.decode("read_at", as: Date?.self).map(Timestamp.init)
        return Message(
            seq: try row.decode("seq"), conversationID: Identifier(try row.decode("conversation_id")),
            id: Identifier(try row.decode("id")), clientID: try row.decode("client_id"),
            content: try row.decode("content"),
            senderType: Sender.Kind(rawValue: try row.decode("sender_type")) ?? .user,
            senderName: try row.decode("sender_name", as: String?.self),
            status: readAt != nil ? .read : deliveredAt != nil ? .delivered : .sent,
            createdAt: createdAt, sentAt: createdAt, deliveredAt: deliveredAt ?? readAt, readAt: readAt)
    }
}

extension Message {
    /// The message as JSON, as clients see it.
    func json() throws -> ByteBuffer { ByteBuffer(bytes: try JSONEncoder().encode(self)) }
}
