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

        enum CodingKeys: CodingKey { case id, status, position, assignee }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(status, forKey: .status)
            try container.encode(position, forKey: .position)
            try container.encode(assignee, forKey: .assignee)
        }
    }
}
