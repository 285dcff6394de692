import Foundation
import NIOCore
import Realtime

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

    /// The account's cell, where all of its live state is.
    package var cell: Cell {
        switch self {
        case .contact(let session): session.cell
        case .agent(let session): session.cell
        }
    }

    /// Who it is, whatever they were let in with.
    package enum ID: Hashable, Sendable {
        case contact(Contact.ID)
        case agent(Agent.ID)
    }

    package var id: ID {
        switch self {
        case .contact(let session): .contact(session.contactID)
        case .agent(let session): .agent(session.agentID)
        }
    }

    /// When the token that let them in ends; nil where it was not a token.
    package var expiresAt: Timestamp? {
        switch self {
        case .contact(let session): session.expiresAt
        case .agent(let session): session.expiresAt
        }
    }

    /// The login token of a member of staff, as `AgentSession` has it.
    package var tokenDigest: String? {
        guard case .agent(let session) = self else { return nil }
        return session.tokenDigest
    }
}

extension Principal {
    /// One line of JSON for what Redis keeps behind tickets and sessions. Contacts, who come by the thousand, are
    /// spelled by hand.
    func stored() throws -> String {
        switch self {
        case .contact(let session): session.flatJSON
        case .agent: String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        }
    }

    init(stored text: ByteBuffer) throws {
        if let session = ContactSession(flatJSON: text) {
            self = .contact(session)
        } else {
            self = try JSONDecoder().decode(Principal.self, from: Data(text.readableBytesView))
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
    /// When the token ends; set where one was shown. A token does not repeat it inside.
    package var expiresAt: Timestamp?
    /// Nil is the first cell, where all accounts were before there were several.
    private let cellNumber: Int?

    package var cell: Cell { Cell(cellNumber ?? 0) }
    package var chat: Chat.Address { Chat.Address(cell: cell, accountID: accountID, chatID: chatID) }

    package init(
        cell: Cell, accountID: Account.ID, inboxID: Inbox.ID, contactID: Contact.ID, chatID: Chat.ID,
        expiresAt: Timestamp? = nil
    ) {
        (self.accountID, self.inboxID, self.contactID) = (accountID, inboxID, contactID)
        (self.chatID, self.expiresAt) = (chatID, expiresAt)
        cellNumber = cell.number == 0 ? nil : cell.number
    }

    /// What a token holds. Each socket and each request brings one, so the general decoder is for the odd ones only.
    init(token payload: some Sequence<UInt8>) throws {
        guard let flat = FlatJSONObject(ByteBuffer(bytes: payload)), flat["e"] == nil,
            let session = ContactSession(flat)
        else {
            self = try JSONDecoder().decode(ContactSession.self, from: Data(payload))
            return
        }
        self = session
    }

    private init?(_ flat: FlatJSONObject) {
        guard case .string(let account) = flat["a"], let account = Account.ID(account),
            case .string(let inbox) = flat["i"], let inbox = Inbox.ID(inbox),
            case .string(let contact) = flat["c"], let contact = Contact.ID(contact),
            case .string(let chat) = flat["h"], let chat = Chat.ID(chat)
        else { return nil }
        (accountID, inboxID, contactID, chatID) = (account, inbox, contact, chat)
        cellNumber = if case .integer(let number) = flat["l"] { number } else { nil }
        expiresAt = if case .integer(let end) = flat["x"] { Timestamp(milliseconds: end) } else { nil }
    }

    /// Read what `flatJSON` wrote; nil when it is something else.
    fileprivate init?(flatJSON text: ByteBuffer) {
        guard let flat = FlatJSONObject(text) else { return nil }
        self.init(flat)
    }

    fileprivate var flatJSON: String {
        let cell = cellNumber.map { #","l":\#($0)"# } ?? ""
        let end = expiresAt.map { #","x":\#($0.milliseconds)"# } ?? ""
        return #"{"a":"\#(accountID)","i":"\#(inboxID)","c":"\#(contactID)","h":"\#(chatID)"\#(cell)\#(end)}"#
    }

    enum CodingKeys: String, CodingKey {
        case cellNumber = "l"
        case accountID = "a"
        case inboxID = "i"
        case contactID = "c"
        case chatID = "h"
        case expiresAt = "e"
    }
}

/// A member of staff at work in one account.
package struct AgentSession: Codable, Sendable, Equatable {
    package let loginID: Identifier<Login>
    package let accountID: Account.ID
    package let agentID: Agent.ID
    package let name: String
    package let role: Role
    /// SHA-256 of the login token that was shown, in hexadecimal: tells which one it was, and opens nothing.
    package var tokenDigest: String?
    /// When that token ends.
    package var expiresAt: Timestamp?
    /// Nil is the first cell, where all accounts were before there were several.
    private let cellNumber: Int?

    package var cell: Cell { Cell(cellNumber ?? 0) }

    package init(
        cell: Cell, loginID: Identifier<Login>, accountID: Account.ID, agentID: Agent.ID, name: String,
        role: Role,
        tokenDigest: String? = nil, expiresAt: Timestamp? = nil
    ) {
        (self.loginID, self.accountID, self.agentID) = (loginID, accountID, agentID)
        (self.name, self.role) = (name, role)
        (self.tokenDigest, self.expiresAt) = (tokenDigest, expiresAt)
        cellNumber = cell.number == 0 ? nil : cell.number
    }

    package func require(_ role: Role) throws(SupportError) {
        if self.role < role { throw .forbidden("This needs the role \(role.rawValue).") }
    }
}

/// A person who signs in; one login may be an agent of several accounts.
package enum Login {}
