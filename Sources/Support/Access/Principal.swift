import Foundation

/// Who is calling, once the door has let them in.
package enum Principal: Codable, Sendable {
    case contact(ContactSession)
    case agent(AgentSession)

    package var accountID: Account.ID {
        switch self {
        case .contact(let session): session.accountID
        case .agent(let session): session.accountID
        }
    }
}

/// A contact, as their signed token names them: one person in one inbox, with the one chat that is theirs.
///
/// The chat's id is minted with the token, so a page view writes no row anywhere; the first message brings the
/// contact and the chat into being.
package struct ContactSession: Codable, Sendable, Equatable {
    package let accountID: Account.ID
    package let inboxID: Inbox.ID
    package let contactID: Contact.ID
    package let chatID: Chat.ID

    enum CodingKeys: String, CodingKey {
        case accountID = "a"
        case inboxID = "i"
        case contactID = "c"
        case chatID = "h"
    }
}

/// A member of staff at work in one account.
package struct AgentSession: Codable, Sendable, Equatable {
    package let loginID: Identifier<Login>
    package let accountID: Account.ID
    package let agentID: Agent.ID
    package let name: String
    package let role: Role

    package init(
        loginID: Identifier<Login>, accountID: Account.ID, agentID: Agent.ID, name: String, role: Role
    ) {
        (self.loginID, self.accountID, self.agentID) = (loginID, accountID, agentID)
        (self.name, self.role) = (name, role)
    }

    package func require(_ role: Role) throws(SupportError) {
        if self.role < role { throw .forbidden("This needs the role \(role.rawValue).") }
    }
}

/// A person who signs in; one login may be an agent of several accounts.
package enum Login {}
