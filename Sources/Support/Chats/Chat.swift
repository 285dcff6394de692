import Realtime

/// The lifelong thread between one contact and one inbox.
package enum Chat {
    package typealias ID = Identifier<Chat>

    /// Where a chat's live state is, and whose it is. The account is part of every key, so that another
    /// account's chat is not there at all (DESIGN, promise 6).
    package struct Address: Sendable, Hashable {
        package let cell: Cell
        package let accountID: Account.ID
        package let chatID: ID

        package init(cell: Cell, accountID: Account.ID, chatID: ID) {
            self.cell = cell
            self.accountID = accountID
            self.chatID = chatID
        }
    }
}

/// One service episode in a chat.
package enum Conversation {
    package typealias ID = Identifier<Conversation>

    package enum Status: String, Codable, Sendable { case waiting, active, ended }

    /// What both sides may see of it.
    package struct View: Codable, Sendable {
        package struct Assignee: Codable, Sendable, Equatable {
            package let id: Agent.ID
            package let name: String

            package init(id: Agent.ID, name: String) {
                self.id = id
                self.name = name
            }
        }
        package let id: ID
        package let status: Status
        /// Place in line, from 1, while waiting.
        package let position: Int?
        package let assignee: Assignee?
        /// How it ended; nil while it is open.
        package var end: End?
        /// When it ends unless somebody writes before; nil while nobody was warned of that.
        package var endsAt: Timestamp?

        package struct End: Codable, Sendable {
            package let at: Timestamp
            package let reason: String
            /// user, agent, supervisor or system.
            package let type: String
            /// The contact's, 1 to 5, once they gave it.
            package let rating: Int?
        }

        enum CodingKeys: String, CodingKey {
            case id, status, position, assignee, rating
            case endsAt = "ends_at"
            case endedAt = "ended_at"
            case endedReason = "ended_reason"
            case endedType = "ended_type"
        }

        package init(
            id: ID, status: Status, position: Int?, assignee: Assignee?, end: End? = nil,
            endsAt: Timestamp? = nil
        ) {
            (self.id, self.status, self.position) = (id, status, position)
            (self.assignee, self.end, self.endsAt) = (assignee, end, endsAt)
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(ID.self, forKey: .id)
            status = try container.decode(Status.self, forKey: .status)
            position = try container.decodeIfPresent(Int.self, forKey: .position)
            assignee = try container.decodeIfPresent(Assignee.self, forKey: .assignee)
            endsAt = try container.decodeIfPresent(Timestamp.self, forKey: .endsAt)
            end = try container.decodeIfPresent(Timestamp.self, forKey: .endedAt).map { at in
                End(
                    at: at, reason: try container.decode(String.self, forKey: .endedReason),
                    type: try container.decode(String.self, forKey: .endedType),
                    rating: try container.decodeIfPresent(Int.self, forKey: .rating))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(status, forKey: .status)
            try container.encode(position, forKey: .position)
            try container.encode(assignee, forKey: .assignee)
            try container.encodeIfPresent(endsAt, forKey: .endsAt)
            guard let end else { return }
            try container.encode(end.at, forKey: .endedAt)
            try container.encode(end.reason, forKey: .endedReason)
            try container.encode(end.type, forKey: .endedType)
            try container.encode(end.rating, forKey: .rating)
        }
    }
}
