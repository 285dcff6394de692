import Realtime

/// What a timer is called: `KIND ACCOUNT CHAT SUBJECT`, a member of the cell's sorted set. Setting it anew is one ZADD.
package struct SupportTimer: Sendable, Hashable {
    package let kind: String
    package let chat: Chat.Address
    /// Of which conversation; nil where the chat as a whole is meant.
    package let conversation: Conversation.ID?

    package init(_ kind: String, _ chat: Chat.Address, _ conversation: Conversation.ID? = nil) {
        (self.kind, self.chat, self.conversation) = (kind, chat, conversation)
    }

    package var member: String {
        "\(kind) \(chat.accountID) \(chat.chatID) \(conversation?.description ?? "-")"
    }

    /// Nil for a member that is called otherwise: kinds of other subjects may be.
    package init?(member: String, in cell: Cell) {
        let words = member.split(separator: " ")
        guard words.count == 4, let account = Account.ID(String(words[1])),
            let chat = Chat.ID(String(words[2]))
        else { return nil }
        kind = String(words[0])
        self.chat = Chat.Address(cell: cell, accountID: account, chatID: chat)
        conversation = Conversation.ID(String(words[3]))
    }
}

/// A timer whose time has come, as it was read.
package struct DueTimer: Sendable {
    package let cell: Cell
    package let member: String
    /// Milliseconds. What acts does nothing unless the timer is still set to it.
    package let due: Int
    /// What was noted when it was set.
    package let note: String

    package var kind: String { String(member.prefix { $0 != " " }) }
    package var timer: SupportTimer? { SupportTimer(member: member, in: cell) }
}

/// What happens when timers of some kinds are due.
package protocol TimerDuty: Sendable {
    var kinds: [String] { get }
    /// Acts by one script that does nothing unless the timer is still set to `timer.due`, and that takes it away or
    /// sets it to a later time. So two processes that see the same timer act once, and one that was killed before its
    /// script leaves the timer to the next. After an error it comes again some seconds later.
    ///
    /// - Parameter now: Redis's clock, which is the same for all.
    func perform(_ timer: DueTimer, at now: Timestamp) async throws
}
