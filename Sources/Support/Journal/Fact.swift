import Foundation
import NIOCore
import Realtime

/// Something that happened, as a script wrote it into the journal.
///
/// One entry holds everything that happened in one step: a first message brings the chat, the contact and the
/// conversation with it, so no reader ever sees half of a step.
package struct Fact: Decodable, Sendable {
    package enum Kind: String, Decodable, Sendable {
        case messageCreated = "message.created"
        case chatMarked = "chat.marked"
        case chatArchived = "chat.archived"
        case conversationChanged = "conversation.changed"
        case conversationEnded = "conversation.ended"
        case conversationRated = "conversation.rated"
        case conversationTarget = "conversation.target"
    }

    /// What a chat's first message brings with it.
    package struct About: Decodable, Sendable {
        package let inboxID: Inbox.ID
        package let contactID: Contact.ID
        package let createdAt: Timestamp

        enum CodingKeys: String, CodingKey {
            case inboxID = "inbox_id"
            case contactID = "contact_id"
            case createdAt = "created_at"
        }
    }

    /// A conversation as it is after this fact; a greater version is newer.
    package struct Episode: Decodable, Sendable {
        package let id: Conversation.ID
        package let status: Conversation.Status
        package let version: Int
        package let openedAt: Timestamp
        package let assignedAt: Timestamp?
        package let assigneeID: Agent.ID?
        package let teamID: Team.ID?
        package let priority: Int?
        package let skills: String?
        /// Since when it waits, ms since 1970: its place in line.
        package let place: Int?
        package let endedAt: Timestamp?
        package let endedReason: String?
        /// The contact or the agent; nil for the system.
        package let endedBy: UUID?
        /// user, agent, supervisor or system.
        package let endedType: String?
        package let endedComment: String?

        enum CodingKeys: String, CodingKey {
            case id, status, version, priority, skills, place
            case teamID = "team_id"
            case openedAt = "opened_at"
            case assignedAt = "assigned_at"
            case assigneeID = "assignee_id"
            case endedAt = "ended_at"
            case endedReason = "ended_reason"
            case endedBy = "ended_by"
            case endedType = "ended_type"
            case endedComment = "ended_comment"
        }
    }

    package let kind: Kind
    package let at: Timestamp
    package let accountID: Account.ID
    package let chatID: Chat.ID
    package let senderID: UUID?
    package internal(set) var message: Message?
    package let about: About?
    package internal(set) var conversation: Episode?
    package let by: Sender.Kind?
    package let mark: Receipts.Mark?
    package let fromSeq: Int?
    package internal(set) var upToSeq: Int?
    /// Who on staff read, and up to where they have read now.
    package let agentID: Agent.ID?
    package internal(set) var agentUpToSeq: Int?
    package let archived: Bool?
    /// Why a conversation changed: assigned, claimed, agent_gone …
    package let cause: String?
    /// Who changed it; nil is the system.
    package let actorID: Agent.ID?
    /// A supervisor gave it to an agent who had no room for it.
    package let isOverCapacity: Bool?
    /// The chat's; nil in facts of chats that Redis has had since before facts said it.
    package let inboxID: Inbox.ID?
    /// A rating, and of which conversation.
    package let conversationID: Conversation.ID?
    package let score: Int?
    package let comment: String?
    /// A target (first_reply …) with the message that began it, when it was due, and whether it was warned or missed.
    package let target: String?
    package let targetSeq: Int?
    package let dueAt: Timestamp?
    package let stage: String?
    /// Of the journal that it stood in.
    package private(set) var cell = Cell(0)

    enum CodingKeys: String, CodingKey {
        case kind, at, message, about, conversation, by, mark, archived, score, comment, target, stage, cause
        case actorID = "actor_id"
        case isOverCapacity = "over_capacity"
        case accountID = "account_id"
        case chatID = "chat_id"
        case senderID = "sender_id"
        case fromSeq = "from_seq"
        case upToSeq = "up_to_seq"
        case agentID = "agent_id"
        case agentUpToSeq = "agent_up_to_seq"
        case inboxID = "inbox_id"
        case conversationID = "conversation_id"
        case targetSeq = "seq"
        case dueAt = "due_at"
    }

    package init(_ entry: JournalEntry, in cell: Cell) throws {
        self = try JSONDecoder().decode(Fact.self, from: Data(entry.fact.readableBytesView))
        self.cell = cell
    }

    package var chat: Chat.Address { Chat.Address(cell: cell, accountID: accountID, chatID: chatID) }
}

extension Receipts.Mark: Decodable {}
