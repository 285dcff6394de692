import Foundation
import NIOCore
import NIOFoundationCompat

/// A message as clients see it: `SupportMessage`.
package struct Message: Codable, Sendable {
    package typealias ID = Identifier<Message>

    package enum Status: String, Codable, Sendable { case sent, delivered, read, failed }

    package private(set) var seq: Int
    package private(set) var conversationID: Conversation.ID
    package let id: ID
    package let clientID: String
    package let content: String
    package let senderType: Sender.Kind
    package let senderName: String?
    package var status: Status
    package let createdAt: Timestamp
    package let sentAt: Timestamp
    package var deliveredAt: Timestamp?
    package var readAt: Timestamp?

    enum CodingKeys: String, CodingKey {
        case seq, id, content, status
        case conversationID = "conversation_id"
        case clientID = "client_id"
        case senderType = "sender_type"
        case senderName = "sender_name"
        case createdAt = "created_at"
        case sentAt = "sent_at"
        case deliveredAt = "delivered_at"
        case readAt = "read_at"
    }

    /// How far a reader has got and read, and when the mark moved there.
    package struct Marks: Sendable {
        /// One step of a mark: what it passed has this time.
        struct Move: Sendable, Equatable {
            let upTo: Int
            let at: Timestamp
        }

        var delivered = 0
        var deliveredAt: Timestamp?
        var read = 0
        var readAt: Timestamp?
        /// The last moves, oldest first; where none fits the mark's own time stands in.
        var deliveries: [Move] = []
        var readings: [Move] = []

        fileprivate func deliveredAt(_ seq: Int) -> Timestamp? {
            seq > delivered ? nil : deliveries.first { $0.upTo >= seq }?.at ?? deliveredAt
        }

        fileprivate func readAt(_ seq: Int) -> Timestamp? {
            seq > read ? nil : readings.first { $0.upTo >= seq }?.at ?? readAt
        }
    }

    /// The same message at another place of its chat.
    func moved(to seq: Int, in conversation: Conversation.ID) -> Message {
        var message = self
        (message.seq, message.conversationID) = (seq, conversation)
        return message
    }

    /// Fills in the receipts that the marks of the other side imply. A message that has been read has been
    /// delivered, whether or not the reader said so.
    mutating func apply(_ marks: Marks) {
        if seq <= marks.read {
            status = .read
            readAt = readAt ?? marks.readAt(seq)
            deliveredAt = deliveredAt ?? marks.deliveredAt(seq) ?? readAt
            // Of a delivery so long ago that its time is forgotten, this much is known.
            if let delivered = deliveredAt, let read = readAt, delivered > read { deliveredAt = read }
        } else if seq <= marks.delivered {
            status = .delivered
            deliveredAt = deliveredAt ?? marks.deliveredAt(seq)
        }
    }

    /// Null stands for what is not known, so that clients find every field.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seq, forKey: .seq)
        try container.encode(conversationID, forKey: .conversationID)
        try container.encode(id, forKey: .id)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(content, forKey: .content)
        try container.encode(senderType, forKey: .senderType)
        try container.encode(senderName, forKey: .senderName)
        try container.encode(status, forKey: .status)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(sentAt, forKey: .sentAt)
        try container.encode(deliveredAt, forKey: .deliveredAt)
        try container.encode(readAt, forKey: .readAt)
    }
}

/// Who writes in a chat.
package enum Sender {
    /// As the wire names them: `user` is the contact, `admin` a member of staff.
    package enum Kind: String, Codable, Sendable {
        case user, admin

        package var other: Kind { self == .user ? .admin : .user }
    }
}

extension Principal {
    package var senderKind: Sender.Kind {
        switch self {
        case .contact: .user
        case .agent: .admin
        }
    }

    var senderID: String {
        switch self {
        case .contact(let session): session.contactID.description
        case .agent(let session): session.agentID.description
        }
    }

    var senderName: String? {
        switch self {
        case .contact: nil
        case .agent(let session): session.name
        }
    }
}
