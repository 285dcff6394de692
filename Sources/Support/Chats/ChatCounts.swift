import Postgres

/// How many chats are in each part of the staff's list, for its tabs: one query.
package struct ChatCounts: Encodable, Sendable, Equatable {
    /// Where counting ends: this many stand for “as many or more”.
    static let limit = 1000

    /// With the agent who asks.
    package let mine: Int
    /// Waiting for somebody.
    package let unassigned: Int
    /// All that are not archived.
    package let all: Int

    /// What is counted is what `ChatList` shows for `assignee=ME&status=active`, `status=waiting` and neither. The first
    /// two go by the open conversations alone, and each stops at the limit.
    static func query(of account: Account.ID, for agent: Agent.ID) -> SQL {
        let open: SQL = """
            SELECT FROM conversations v
            JOIN support_chats s ON s.account_id = v.account_id AND s.id = v.chat_id
                AND s.archived_at IS NULL AND s.last_seq > 0
            WHERE v.account_id = \(account.uuid)
            """
        let most: SQL = " LIMIT \(limit)) n) AS "
        return "SELECT (SELECT count(*) FROM (" + open
            + " AND v.status = 'active' AND v.assignee_id = \(agent.uuid)" + most
            + "mine, (SELECT count(*) FROM ("
            + open + " AND v.status = 'waiting'" + most + "unassigned, (SELECT count(*) FROM ("
            + "SELECT FROM support_chats s WHERE s.account_id = \(account.uuid) AND s.archived_at IS NULL AND s.last_seq > 0"
            + most + "everything"
    }
}

extension ChatList {
    package func counts(of account: Account.ID, for agent: Agent.ID) async throws -> ChatCounts {
        let rows = try await postgres.query(
            ChatCounts.query(of: account, for: agent), in: .account(account))
        guard let row = rows.first else { return ChatCounts(mine: 0, unassigned: 0, all: 0) }
        return ChatCounts(
            mine: try row.decode("mine"), unassigned: try row.decode("unassigned"),
            all: try row.decode("everything"))
    }
}
