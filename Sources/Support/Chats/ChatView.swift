import Realtime

/// A chat with messages, as its contact sees it: `SupportChat`. Built from visitor-safe parts only.
package struct ChatView: Encodable, Sendable {
    /// (epoch, offset): where a client stands that has seen all of this.
    package struct Position: Encodable, Sendable {
        package let epoch: String
        package let offset: Int
    }

    package let id: Chat.ID
    package let archived: Bool
    /// Staff's messages that the contact has not read.
    package let unread: Int
    package let messages: [Message]
    /// Whether there are more in the direction that was asked for: newer ones for what follows something, else older ones.
    package let hasMore: Bool
    package let position: Position
    package let persistedUpTo: Int
    package let conversation: Conversation.View?
    /// Not part of what is shown.
    package let version: ChatVersion

    enum CodingKeys: String, CodingKey {
        case id, archived, unread, messages, position, conversation
        case hasMore = "has_more"
        case persistedUpTo = "persisted_up_to"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(archived, forKey: .archived)
        try container.encode(unread, forKey: .unread)
        try container.encode(messages, forKey: .messages)
        try container.encode(hasMore, forKey: .hasMore)
        try container.encode(position, forKey: .position)
        try container.encode(persistedUpTo, forKey: .persistedUpTo)
        try container.encode(conversation, forKey: .conversation)
    }
}

/// The same for staff, with the row of their list around it: `AdminSupportChat`.
package struct AdminChatView: Encodable, Sendable {
    package var item: ChatListItem
    package let chat: ChatView
    /// Of the latest conversation, once PostgreSQL has it.
    let ending: ChatRows.End?

    enum CodingKeys: String, CodingKey {
        case messages, position, conversation, ending
        case hasMore = "has_more"
        case persistedUpTo = "persisted_up_to"
    }

    package func encode(to encoder: any Encoder) throws {
        try item.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(chat.messages, forKey: .messages)
        try container.encode(chat.hasMore, forKey: .hasMore)
        try container.encode(chat.position, forKey: .position)
        try container.encode(chat.conversation, forKey: .conversation)
        try container.encode(chat.persistedUpTo, forKey: .persistedUpTo)
        try container.encode(ending, forKey: .ending)
    }
}

extension ChatRows.End: Encodable {
    enum CodingKeys: String, CodingKey {
        case at, reason, type, by, comment, rating
        case ratingComment = "rating_comment"
    }

    /// What staff see of it; an id as everywhere, in lower case.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at, forKey: .at)
        try container.encode(reason, forKey: .reason)
        try container.encode(type, forKey: .type)
        try container.encode(by?.uuidString.lowercased(), forKey: .by)
        try container.encode(comment, forKey: .comment)
        try container.encode(rating, forKey: .rating)
        try container.encode(ratingComment, forKey: .ratingComment)
    }
}

/// Which messages of a chat somebody asks for.
package enum MessageRange: Sendable, Equatable {
    /// The newest ones.
    case newest
    /// The oldest ones after a seq: what a client missed.
    case after(Int)
    /// The newest ones before a seq: the page above.
    case before(Int)
    /// Those after a moment.
    case since(Timestamp)
}
