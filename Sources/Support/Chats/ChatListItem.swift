/// A row of the staff's chat list: `SupportChatListItem`.
package struct ChatListItem: Encodable, Sendable {
    package struct InboxView: Codable, Sendable {
        package let id: Inbox.ID
        package let name: String
    }

    package let id: Chat.ID
    package let userEmail: String?
    package let contact: Contact
    package let inbox: InboxView
    package var lastMessageAt: Timestamp?
    package var lastMessagePreview: String?
    package var lastMessageSender: Sender.Kind?
    package var messageCount: Int
    /// Nobody on staff has read all that the contact wrote.
    package var unread: Bool
    /// How much of it the agent who asks has not read themselves; 100 stands for 100 or more.
    package var unreadCount: Int
    package var archived: Bool
    package var status: Conversation.Status?
    package var assignee: Conversation.View.Assignee?

    enum CodingKeys: String, CodingKey {
        case id, contact, inbox, unread, archived, status, assignee
        case userEmail = "user_email"
        case lastMessageAt = "last_message_at"
        case lastMessagePreview = "last_message_preview"
        case lastMessageSender = "last_message_sender"
        case messageCount = "message_count"
        case unreadCount = "unread_count"
    }

    init(_ row: ChatRows.Row) {
        id = row.id
        userEmail = row.contact.email
        contact = row.contact
        inbox = row.inbox
        lastMessageAt = row.lastMessageAt
        lastMessagePreview = row.lastMessagePreview
        lastMessageSender = row.lastMessageSender
        messageCount = row.lastSeq
        unread = row.lastUserSeq > row.adminMarks.read
        unreadCount = row.unreadCount
        archived = row.archivedAt != nil
        status = row.conversation?.status
        assignee = row.conversation.flatMap { episode in
            episode.assigneeID.map { .init(id: $0, name: episode.assigneeName ?? "") }
        }
    }

    /// Null stands for what is not known, so that clients find every field.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(userEmail, forKey: .userEmail)
        try container.encode(contact, forKey: .contact)
        try container.encode(inbox, forKey: .inbox)
        try container.encode(lastMessageAt, forKey: .lastMessageAt)
        try container.encode(lastMessagePreview, forKey: .lastMessagePreview)
        try container.encode(lastMessageSender, forKey: .lastMessageSender)
        try container.encode(messageCount, forKey: .messageCount)
        try container.encode(unread, forKey: .unread)
        try container.encode(unreadCount, forKey: .unreadCount)
        try container.encode(archived, forKey: .archived)
        try container.encode(status, forKey: .status)
        try container.encode(assignee, forKey: .assignee)
    }
}
