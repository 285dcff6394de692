import Realtime
import Support

// Most tests live in the first cell.

extension Chat.Address {
    package init(accountID: Account.ID, chatID: Chat.ID) {
        self.init(cell: Cell(0), accountID: accountID, chatID: chatID)
    }

    package static func staffChannel(of account: Account.ID) -> String {
        staffChannel(of: account, in: Cell(0))
    }
}

extension SupportDesk {
    package var journal: Journal { journals[0] }
}

extension Presence {
    package func beat(
        _ step: Step, as gateway: String, came: [Subject], went: [Subject]
    ) async throws -> Beat {
        try await beat(step, as: gateway, in: Cell(0), came: came, went: went)
    }
}

extension ContactSession {
    package init(accountID: Account.ID, inboxID: Inbox.ID, contactID: Contact.ID, chatID: Chat.ID) {
        self.init(cell: Cell(0), accountID: accountID, inboxID: inboxID, contactID: contactID, chatID: chatID)
    }
}

extension AgentSession {
    package init(
        loginID: Identifier<Login>, accountID: Account.ID, agentID: Agent.ID, name: String, role: Role
    ) {
        self.init(
            cell: Cell(0), loginID: loginID, accountID: accountID, agentID: agentID, name: name, role: role)
    }
}

extension Fact {
    package init(_ entry: JournalEntry) throws { try self.init(entry, in: Cell(0)) }
}
