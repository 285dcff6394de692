import Foundation
import Postgres

/// The staff's list of chats: newest first, a page at a time, one query whatever its length.
package struct ChatList: Sendable {
    package struct Filter: Sendable {
        package var archived = false
        package var status: Conversation.Status?
        package var assignee: Agent.ID?
        package var inbox: Inbox.ID?
        /// Part of the contact's name or address, or of the last message.
        package var query: String?

        package init() {}
    }

    package struct Page: Encodable, Sendable {
        package let chats: [ChatListItem]
        /// Give it as `before` to get the next page; absent on the last one.
        package let next: String?

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(chats, forKey: .chats)
            try container.encode(next, forKey: .next)
        }

        enum CodingKeys: CodingKey { case chats, next }
    }

    /// The last row of the page before: a place that stays right when chats move to the top meanwhile.
    struct Cursor: Equatable {
        let at: Timestamp
        let id: Chat.ID

        init(at: Timestamp, id: Chat.ID) {
            self.at = at
            self.id = id
        }

        init?(_ text: String) {
            let parts = text.split(separator: "_", maxSplits: 1).map(String.init)
            guard parts.count == 2, let milliseconds = Int(parts[0]), let id = Chat.ID(parts[1]) else {
                return nil
            }
            self.init(at: Timestamp(milliseconds: milliseconds), id: id)
        }

        var text: String { "\(at.milliseconds)_\(id)" }
    }

    let postgres: PostgresPool

    /// - Parameter agent: whose unread messages are counted; without one they all count 0.
    package func page(
        _ filter: Filter, of account: Account.ID, for agent: Agent.ID? = nil, before: String?, limit: Int = 25
    ) async throws -> Page {
        let limit = min(max(1, limit), 100)
        var cursor: Cursor?
        if let before {
            guard let place = Cursor(before) else {
                throw SupportError.invalid(field: "before", "It is the `next` of the page before.")
            }
            cursor = place
        }
        let rows = try await postgres.query(
            Self.query(filter, of: account, for: agent, before: cursor, limit: limit + 1),
            in: .account(account))
        let chats = try rows.prefix(limit).map { ChatListItem(try ChatRows.row($0)) }
        let next =
            rows.count > limit
            ? chats.last.flatMap { item in
                item.lastMessageAt.map { Cursor(at: $0, id: item.id).text }
            } : nil
        return Page(chats: chats, next: next)
    }

    /// Every condition is a bind; what has no bind is one of two fixed texts, each with its partial index.
    static func query(
        _ filter: Filter, of account: Account.ID, for agent: Agent.ID? = nil, before: Cursor?, limit: Int
    ) -> SQL {
        var sql = ChatRows.selection(for: agent) + "WHERE s.account_id = \(account.uuid) AND s.last_seq > 0"
        sql += filter.archived ? " AND s.archived_at IS NOT NULL" : " AND s.archived_at IS NULL"
        if let status = filter.status { sql += " AND v.status = \(status.rawValue)" }
        if let assignee = filter.assignee { sql += " AND v.assignee_id = \(assignee.uuid)" }
        if let inbox = filter.inbox { sql += " AND s.inbox_id = \(inbox.uuid)" }
        if let query = filter.query, !query.isEmpty {
            let pattern =
                "%" + query.reduce(into: "") { $0 += "\\%_".contains($1) ? "\\\($1)" : "\($1)" } + "%"
            sql += """
                 AND (c.name ILIKE \(pattern) OR c.email ILIKE \(pattern) OR s.last_message_preview ILIKE \(pattern))
                """
        }
        if let before { sql += " AND (s.last_message_at, s.id) < (\(before.at.date), \(before.id.uuid))" }
        return sql + " ORDER BY s.last_message_at DESC, s.id DESC LIMIT \(limit)"
    }
}
