import Foundation
import Postgres

/// What PostgreSQL has where a batch of facts wants to write.
enum ForkRows {
    private static func firsts(_ facts: [Fact]) -> [(chat: Chat.Address, seq: Int)] {
        var firsts: [Chat.ID: (chat: Chat.Address, seq: Int)] = [:]
        for fact in facts {
            guard let seq = fact.message?.seq, seq < firsts[fact.chatID]?.seq ?? .max else { continue }
            firsts[fact.chatID] = (fact.chat, seq)
        }
        return Array(firsts.values)
    }

    /// Whether a message of these has a number that another one has already: Redis is behind what it once was.
    static func collide(_ facts: [Fact], _ connection: PostgresConnection) throws(PostgresError) -> Bool {
        let firsts = firsts(facts)
        guard !firsts.isEmpty else { return false }
        return try !connection.query(
            """
            SELECT 1 FROM unnest(\(firsts.map(\.chat.accountID.uuid)), \(firsts.map(\.chat.chatID.uuid)),
                \(firsts.map(\.seq))) AS new (account_id, id, seq)
            JOIN support_chats s ON s.account_id = new.account_id AND s.id = new.id AND s.last_seq >= new.seq LIMIT 1
            """
        ).isEmpty
    }

    /// The messages from the first of these on, by chat.
    static func taken(
        by facts: [Fact], _ connection: PostgresConnection
    ) throws(PostgresError) -> [Chat.ID: Renumbering.Taken] {
        let firsts = firsts(facts)
        guard !firsts.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            SELECT m.chat_id, m.seq, m.id, m.sender_type, m.client_id
            FROM unnest(\(firsts.map(\.chat.accountID.uuid)), \(firsts.map(\.chat.chatID.uuid)),
                \(firsts.map(\.seq))) AS new (account_id, id, seq)
            JOIN support_messages m ON m.account_id = new.account_id AND m.chat_id = new.id AND m.seq >= new.seq
            """)
        var taken: [Chat.ID: Renumbering.Taken] = [:]
        for row in rows {
            let chat = Chat.ID(try row.decode("chat_id", as: UUID.self))
            var known = taken[chat] ?? Renumbering.Taken()
            known.top = max(known.top, try row.decode("seq"))
            known.messages.insert(Message.ID(try row.decode("id", as: UUID.self)))
            let (sender, client) = (
                try row.decode("sender_type", as: String.self), try row.decode("client_id", as: String.self)
            )
            known.clients.insert("\(sender):\(client)")
            taken[chat] = known
        }
        return taken
    }

    /// The open conversation of each chat that these say something of.
    static func open(
        in facts: [Fact], _ connection: PostgresConnection
    ) throws(PostgresError) -> [Chat.ID: Conversation.ID] {
        let chats = Dictionary(facts.map { ($0.chatID, $0.chat) }) { first, _ in first }.values
        let rows = try connection.query(
            """
            SELECT c.chat_id, c.id
            FROM unnest(\(chats.map(\.accountID.uuid)), \(chats.map(\.chatID.uuid))) AS new (account_id, id)
            JOIN conversations c ON c.account_id = new.account_id AND c.chat_id = new.id AND c.status <> 'ended'
            """)
        var open: [Chat.ID: Conversation.ID] = [:]
        for row in rows {
            open[Chat.ID(try row.decode("chat_id", as: UUID.self))] = Conversation.ID(
                try row.decode("id", as: UUID.self))
        }
        return open
    }
}
