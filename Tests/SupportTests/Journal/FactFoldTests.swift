import Foundation
import Realtime
import Testing

@testable import Support

@Suite struct FactFoldTests {
    private let texts = FactTexts()

    private func episode(_ id: Conversation.ID, _ version: Int, _ status: String) -> String {
        #","conversation":{"id":"\#(id)","status":"\#(status)","version":\#(version),"opened_at":""#
            + FactTexts.iso(1) + #"","assigned_at":null,"assignee_id":null}"#
    }

    @Test func `messages stay in the order of the journal, and the last one is the chat's`() throws {
        let fold = FactFold(try (1...5).map { try texts.message($0, at: $0, "message \($0)") })
        #expect(fold.messages.map(\.message.seq) == [1, 2, 3, 4, 5])
        let chat = try #require(fold.chats[texts.chat])
        #expect(chat.lastMessage?.content == "message 5")
        #expect(chat.lastUserSeq == 5)
        #expect(fold.persisted.map(\.seq) == [5])
        #expect(fold.persisted.first?.chat == Chat.Address(accountID: texts.account, chatID: texts.chat))
    }

    @Test func `an agent's message is the last one, but not the contact's last one`() throws {
        let fold = FactFold([try texts.message(1), try texts.message(2, by: .admin)])
        let chat = try #require(fold.chats[texts.chat])
        #expect(chat.lastMessage?.seq == 2)
        #expect(chat.lastUserSeq == 1)
    }

    @Test func `of putting away and coming back the last word counts`() throws {
        func archive(_ facts: [Fact]) throws -> FactFold.ArchiveChange? {
            try #require(FactFold(facts).chats[texts.chat]).archive
        }
        guard case .archived(let moment) = try archive([try texts.archived(true, at: 7)]) else {
            Issue.record("not archived")
            return
        }
        #expect(moment.milliseconds == 7000)
        guard case .unarchived = try archive([try texts.archived(true), try texts.message(1)]) else {
            Issue.record("the contact's message did not bring the chat back")
            return
        }
        guard case .archived = try archive([try texts.message(1), try texts.archived(true)]) else {
            Issue.record("the chat was put away after the message")
            return
        }
        let answered = try archive([try texts.archived(true), try texts.message(1, by: .admin)])
        guard case .archived = answered else {
            Issue.record("an agent's message brought the chat back")
            return
        }
        #expect(try archive([try texts.message(1, by: .admin)]) == nil)
    }

    @Test func `of a conversation the greatest version counts, whatever comes last`() throws {
        let (one, other) = (Conversation.ID.new(), Conversation.ID.new())
        let fold = FactFold([
            try texts.message(1, more: episode(one, 1, "waiting")),
            try texts.message(2, by: .admin, more: episode(one, 3, "active")),
            try texts.message(3, more: episode(one, 2, "waiting")),
            try texts.message(4, more: episode(other, 1, "waiting")),
        ])
        #expect(fold.conversations.count == 2)
        #expect(fold.conversations[one]?.episode.version == 3)
        #expect(fold.conversations[one]?.episode.status == .active)
    }

    @Test func `each side's marks are kept apart, and every stretch is kept`() throws {
        let fold = FactFold([
            try texts.mark(.delivered, by: .user, from: 0, upTo: 3, at: 1),
            try texts.mark(.read, by: .user, from: 0, upTo: 2, at: 2),
            try texts.mark(.read, by: .admin, from: 0, upTo: 9, at: 3),
            try texts.mark(.read, by: .user, from: 2, upTo: 3, at: 4),
        ])
        let marks = try #require(fold.chats[texts.chat]).marks
        #expect(marks[.init(by: .user, mark: .delivered)]?.seq == 3)
        #expect(marks[.init(by: .user, mark: .read)]?.seq == 3)
        #expect(marks[.init(by: .user, mark: .read)]?.at.milliseconds == 4000)
        #expect(marks[.init(by: .admin, mark: .read)]?.seq == 9)
        #expect(marks[.init(by: .admin, mark: .delivered)]?.seq == 9, "what was read was delivered")
        #expect(marks[.init(by: .user, mark: .delivered)]?.at.milliseconds == 1000)
        #expect(fold.marked.map(\.upTo) == [3, 2, 9, 3])
        #expect(fold.persisted.isEmpty, "a receipt persists no message")
    }

    @Test func `an agent's own mark is kept beside the side's, and changes nothing about the chat alone`()
        throws
    {
        let (ann, bob) = (Agent.ID.new(), Agent.ID.new())
        let fold = FactFold([
            try texts.mark(.read, by: .admin, from: 0, upTo: 5, at: 1, agent: (ann, 5)),
            try texts.mark(.read, by: .admin, from: 5, upTo: 5, at: 2, agent: (bob, 3)),
            try texts.mark(.read, by: .admin, from: 5, upTo: 5, at: 3, agent: (bob, 4)),
        ])
        func mark(_ agent: Agent.ID) -> (seq: Int, at: Timestamp)? {
            fold.agentReads[.init(accountID: texts.account, chatID: texts.chat, agentID: agent)]
        }
        #expect(mark(ann)?.seq == 5)
        #expect(mark(bob)?.seq == 4)
        #expect(mark(bob)?.at.milliseconds == 3000)
        #expect(fold.marked.count == 1)
        let alone = FactFold([
            try texts.mark(.read, by: .admin, from: 5, upTo: 5, agent: (bob, 3))
        ])
        #expect(alone.chats.isEmpty && alone.marked.isEmpty)
    }

    @Test func `a first message brings the chat and the contact with it`() throws {
        let (inbox, contact) = (Inbox.ID.new(), Contact.ID.new())
        let about =
            #","about":{"inbox_id":"\#(inbox)","contact_id":"\#(contact)","created_at":"\#(FactTexts.iso(3))"}"#
        let fold = FactFold([try texts.message(1, more: about), try texts.message(2)])
        #expect(fold.births.count == 1)
        #expect(fold.births.first?.about.inboxID == inbox)
        #expect(fold.births.first?.about.contactID == contact)
    }

    @Test func `chats of several accounts do not mix`() throws {
        let other = FactTexts()
        let fold = FactFold([try texts.message(1), try other.message(1), try texts.message(2)])
        #expect(fold.chats[texts.chat]?.accountID == texts.account)
        #expect(fold.chats[other.chat]?.accountID == other.account)
        #expect(fold.chats[texts.chat]?.lastMessage?.seq == 2)
        #expect(fold.chats[other.chat]?.lastMessage?.seq == 1)
    }

    @Test(arguments: [
        "", "null", "{}", "[]", #"{"kind":"message.created"}"#, #"{"kind":"unheard.of"}"#,
        #"{"kind":"chat.marked","at":"yesterday"}"#,
    ])
    func `what is no fact is refused, not guessed`(_ json: String) {
        #expect(throws: DecodingError.self) { try FactTexts.fact(json) }
    }

    @Test func `nothing comes to nothing`() {
        let fold = FactFold([])
        #expect(fold.messages.isEmpty && fold.chats.isEmpty && fold.persisted.isEmpty)
    }
}
