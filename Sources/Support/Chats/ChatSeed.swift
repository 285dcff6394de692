import Foundation
import Realtime

/// The live state that a cold chat begins with, as `chats/seed` reads it. Every value is a string.
struct ChatSeed: Encodable, Sendable {
    private(set) var fields: [String]
    private(set) var messages: [[String]] = []
    private(set) var clients: [[String]] = []

    /// A chat that nobody has written in yet, so that PostgreSQL has no row of it.
    static func newborn(_ session: ContactSession, at now: Timestamp) -> ChatSeed {
        ChatSeed(
            identity: session.chatID, of: session.accountID, in: session.inboxID,
            card: card(email: nil, name: nil),
            fields: [
                "new", "1", "inbox", session.inboxID.description,
                "about",
                """
                {"inbox_id":"\(session.inboxID)","contact_id":"\(session.contactID)","created_at":"\(now.iso8601)"}
                """,
            ])
    }

    init(
        _ chat: ChatRows.Row, messages: [Message], clients: [(seq: Int, clientID: String)],
        reads: [(agent: Agent.ID, seq: Int)]
    ) throws {
        var fields = [
            "inbox", chat.inbox.id.description,
            "seq", "\(chat.lastSeq)", "persisted", "\(chat.lastSeq)", "archived",
            chat.archivedAt == nil ? "0" : "1",
            "user_delivered", "\(chat.userMarks.delivered)", "user_read", "\(chat.userMarks.read)",
            "admin_delivered", "\(chat.adminMarks.delivered)", "admin_read", "\(chat.adminMarks.read)",
        ]
        for (name, moment) in [
            ("user_delivered_at", chat.userMarks.deliveredAt), ("user_read_at", chat.userMarks.readAt),
            ("admin_delivered_at", chat.adminMarks.deliveredAt), ("admin_read_at", chat.adminMarks.readAt),
        ] {
            if let moment { fields += [name, moment.iso8601] }
        }
        for read in reads { fields += ["read:\(read.agent)", "\(read.seq)"] }
        if let episode = chat.conversation {
            fields += [
                "conversation", episode.id.description, "status", episode.status.rawValue,
                "version", "\(episode.version)", "opened_at", episode.openedAt.iso8601,
                "place", "\(episode.place)", "priority", "\(episode.priority)", "skills", episode.skills,
            ]
            if let team = episode.teamID { fields += ["team", team.description] }
            if let end = episode.end {
                fields += [
                    "ended_at", end.at.iso8601, "ended_reason", end.reason, "ended_type", end.type,
                ]
                if let score = end.rating { fields += ["rating", "\(score)"] }
            }
            // Of one that has ended nobody is in charge any more.
            let isOpen = episode.status != .ended
            if isOpen, let moment = episode.assignedAt { fields += ["assigned_at", moment.iso8601] }
            if isOpen, let id = episode.assigneeID {
                fields += [
                    "assignee", id.description, "assignee_name", JSONText.string(episode.assigneeName),
                    "previous", id.description,
                ]
            }
        }
        self.init(
            identity: chat.id, of: chat.accountID, in: chat.inbox.id,
            card: ChatSeed.card(email: chat.contact.email, name: chat.contact.name), fields: fields)
        self.messages = try messages.map { ["\($0.seq)", String(buffer: try $0.json())] }
        self.clients = clients.map { ["\($0.seq)", $0.clientID] }
    }

    private init(
        identity: Chat.ID, of account: Account.ID, in inbox: Inbox.ID, card: String, fields: [String]
    ) {
        self.fields =
            [
                "id", identity.description,
                "tenant", #""account_id":"\#(account)","chat_id":"\#(identity)","inbox_id":"\#(inbox)""#,
                "card", card, "seq", "0", "persisted", "0", "archived", "0",
            ] + fields
    }

    /// What the staff's list shows of the contact, as JSON members.
    static func card(email: String?, name: String?) -> String {
        #""user_email":\#(JSONText.string(email)),"contact_name":\#(JSONText.string(name))"#
    }
}
