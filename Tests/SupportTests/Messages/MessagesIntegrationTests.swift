import Foundation
import NIOCore
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct MessagesIntegrationTests {
    @Test func `fifty senders at once get every seq from 1, each once and in the order of time`() async throws
    {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let first = try await fixture.send("first", from: visitor)
        let others = try await race(49) { number in
            if number.isMultiple(of: 2) {
                try await fixture.send("\(number)", from: visitor)
            } else {
                try await fixture.answer("\(number)", to: visitor)
            }
        }
        let sent = [first] + others
        #expect(sent.map(\.seq).sorted() == Array(1...50))
        #expect(Set(sent.map(\.id)).count == 50)
        #expect(Set(sent.map(\.conversationID)).count == 1)
        let view = try await fixture.desk.chats.show(
            visitor.chat, to: visitor.principal, limit: 200, at: .now())
        #expect(view.messages.map(\.seq) == Array(1...50))
        let contents = Dictionary(uniqueKeysWithValues: sent.map { ($0.seq, $0.content) })
        #expect(view.messages.allSatisfy { contents[$0.seq] == $0.content })

        try await fixture.persist()
        #expect(try await fixture.rows(of: visitor.chat) == 50)
    }

    @Test func `fifty resends at once make one message, one row, and everybody gets the same answer`()
        async throws
    {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let draft = try MessageDraft(content: "once", clientID: "the-same", limit: 1000)
        let outcomes = try await race(50) { _ in
            try await fixture.desk.messages.send(draft, to: visitor.chat, from: visitor.principal, at: .now())
        }
        var (accepted, texts) = (0, Set<String>())
        for outcome in outcomes {
            switch outcome {
            case .accepted(let json):
                accepted += 1
                texts.insert(String(buffer: json))
            case .duplicate(let json): texts.insert(String(buffer: json))
            }
        }
        #expect(accepted == 1)
        #expect(texts.count == 1)
        try await fixture.persist()
        #expect(try await fixture.rows(of: visitor.chat) == 1)
        // And again after it has been persisted.
        let again = try await fixture.send("once", from: visitor, clientID: "the-same")
        #expect(again.seq == 1)
        #expect(texts.first?.contains(again.id.description) == true)
    }

    @Test func `a message answers with exactly what everybody gets`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let hostile = "\"}\\ \u{2028} \n 中文 😀 </script>"
        let sent = try await fixture.send(hostile, from: visitor, clientID: "a\"b\\c")
        #expect(sent.content == hostile)
        #expect(sent.clientID == "a\"b\\c")
        #expect(sent.status == .sent)
        #expect(sent.senderType == .user)
        let answer = try await fixture.answer("hello", to: visitor)
        #expect(answer.senderName == "Ann")
        #expect(answer.senderType == .admin)
        let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(view.messages.map(\.id) == [sent.id, answer.id])
        #expect(view.messages[0].content == hostile)
    }

    @Test func `whoever writes too fast is told how long to wait, and let go after it`() async throws {
        let fixture = try await SupportFixture.make {
            $0.contactMessages = RateLimit(burst: 3, per: .seconds(50))
        }
        let visitor = try await fixture.contact()
        let start = Timestamp.now()
        for number in 1...3 { try await fixture.send("\(number)", from: visitor, at: start) }
        #expect(
            try await refusal { try await fixture.send("4", from: visitor, at: start) }
                == .limited(retryAfter: 50_000))
        let almost = start.adding(.milliseconds(49_999))
        #expect(
            try await refusal { try await fixture.send("4", from: visitor, at: almost) }
                == .limited(retryAfter: 1))
        let then = start.adding(.seconds(50))
        #expect(try await fixture.send("4", from: visitor, at: then).seq == 4)
        #expect(
            try await refusal { try await fixture.send("5", from: visitor, at: then) }
                == .limited(retryAfter: 50_000))
        // Somebody else in the same chat is not held up.
        #expect(try await fixture.answer("5", to: visitor, at: then).seq == 5)
    }

    /// One message of a contact, and how long it was told to wait.
    private func wait(
        _ fixture: SupportFixture, _ visitor: SupportFixture.Visitor, from address: String?, at now: Timestamp
    ) async throws -> Int? {
        let draft = try MessageDraft(content: "x", clientID: nil, limit: 10)
        do {
            _ = try await fixture.desk.messages.send(
                draft, to: visitor.chat, from: visitor.principal, address: address, at: now)
            return nil
        } catch SupportError.limited(let wait) {
            return wait
        }
    }

    @Test func `all who write from one address share its limit, and others are not held up`() async throws {
        let fixture = try await SupportFixture.make {
            $0.addressMessages = RateLimit(burst: 3, per: .seconds(50))
        }
        let (first, second) = (try await fixture.contact(), try await fixture.contact())
        let (start, office) = (Timestamp.now(), "office \(UUID())")
        #expect(try await wait(fixture, first, from: office, at: start) == nil)
        #expect(try await wait(fixture, second, from: office, at: start) == nil)
        #expect(try await wait(fixture, first, from: office, at: start) == nil)
        #expect(try await wait(fixture, second, from: office, at: start) == 50_000)
        #expect(try await wait(fixture, second, from: "home \(UUID())", at: start) == nil)
        #expect(try await wait(fixture, second, from: nil, at: start) == nil)
        let then = start.adding(.seconds(50))
        #expect(try await wait(fixture, second, from: office, at: then) == nil)
        #expect(try await wait(fixture, first, from: office, at: then) == 50_000)
    }

    @Test func `who is over their own limit takes nothing from their address, nor the other way round`()
        async throws
    {
        let fixture = try await SupportFixture.make {
            $0.contactMessages = RateLimit(burst: 2, per: .seconds(50))
            $0.addressMessages = RateLimit(burst: 3, per: .seconds(20))
        }
        let (hasty, calm) = (try await fixture.contact(), try await fixture.contact())
        let (start, office) = (Timestamp.now(), "office \(UUID())")
        #expect(try await wait(fixture, hasty, from: office, at: start) == nil)
        #expect(try await wait(fixture, hasty, from: office, at: start) == nil)
        for _ in 0..<20 { #expect(try await wait(fixture, hasty, from: office, at: start) == 50_000) }
        #expect(try await wait(fixture, calm, from: office, at: start) == nil, "one of three is left")
        // Now the address is empty. Being refused for that costs the calm one nothing of their own two.
        for _ in 0..<20 { #expect(try await wait(fixture, calm, from: office, at: start) == 20_000) }
        #expect(try await wait(fixture, calm, from: nil, at: start) == nil)
    }

    @Test func `Redis does not learn an address`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        #expect(try await wait(fixture, visitor, from: "198.51.100.77", at: .now()) == nil)
        let key = visitor.chat.rate(ofAddress: "198.51.100.77")
        #expect(!key.contains("198.51.100.77"))
        #expect(key.hasPrefix("{c0}:rate:address:"))
    }

    @Test func `a resend passes the limit and costs nothing of it`() async throws {
        let fixture = try await SupportFixture.make {
            $0.contactMessages = RateLimit(burst: 1, per: .seconds(10))
        }
        let visitor = try await fixture.contact()
        let start = Timestamp.now()
        let first = try await fixture.send("1", from: visitor, clientID: "one", at: start)
        for _ in 0..<10 {
            #expect(try await fixture.send("1", from: visitor, clientID: "one", at: start).id == first.id)
        }
        #expect(try await fixture.send("2", from: visitor, at: start.adding(.seconds(10))).seq == 2)
    }

    @Test func `a contact's message opens a conversation in line, and an agent's takes it`() async throws {
        let fixture = try await SupportFixture.make()
        let (first, second) = (try await fixture.contact(), try await fixture.contact())
        func conversation(_ visitor: SupportFixture.Visitor) async throws -> Conversation.View? {
            try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now()).conversation
        }
        #expect(try await conversation(first) == nil)
        let start = Timestamp.now()
        try await fixture.send("1", from: first, at: start)
        try await fixture.send("1", from: second, at: start.adding(.milliseconds(1)))
        #expect(try await conversation(first)?.status == .waiting)
        #expect(try await conversation(first)?.position == 1)
        #expect(try await conversation(second)?.position == 2)

        try await fixture.answer("hello", to: first)
        let taken = try #require(try await conversation(first))
        #expect(taken.status == .active)
        #expect(taken.position == nil)
        #expect(taken.assignee?.id == fixture.agent.agentID)
        #expect(taken.assignee?.name == "Ann")
        #expect(try await conversation(second)?.position == 1)

        try await fixture.persist()
        let rows = try await fixture.world.postgres.query(
            """
            SELECT status, version, assignee_id FROM conversations
            WHERE account_id = \(fixture.account.uuid) ORDER BY status
            """)
        #expect(try rows.map { try $0.decode("status", as: String.self) } == ["active", "waiting"])
        #expect(try rows.map { try $0.decode("version", as: Int.self) } == [2, 1])
        #expect(try rows[0].decode("assignee_id", as: UUID?.self) == fixture.agent.agentID.uuid)
    }

    @Test func `an agent who writes first opens an active conversation, outside the line`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact(email: "joe@example.com")
        try await fixture.answer("May I help?", to: visitor)
        let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(view.conversation?.status == .active)
        #expect(view.unread == 1)
        #expect(view.conversation?.position == nil)
    }

    @Test func `a contact's message brings an archived chat back, an agent's does not`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        func isArchived() async throws -> Bool {
            try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now()).archived
        }
        try await fixture.desk.archive.set(true, visitor.chat, by: fixture.agent, at: .now())
        try await fixture.answer("2", to: visitor)
        #expect(try await isArchived())
        try await fixture.send("3", from: visitor)
        #expect(try await !isArchived())
        try await fixture.persist()
        #expect(
            try await fixture.count(
                "SELECT count(*) FROM support_chats WHERE account_id = \(fixture.account.uuid) AND archived_at IS NULL"
            ) == 1)
    }

    @Test func `the facts of a first message tell all that the database needs`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            let now = Timestamp.now()
            let sent = try await fixture.send("hello", from: visitor, clientID: "c1", at: now)
            try await fixture.answer("hi", to: visitor, at: now)
            let facts = try await fixture.facts()
            try #require(facts.count == 3)
            let (first, second, third) = (facts[0], facts[1], facts[2])
            #expect(first.kind == .messageCreated)
            #expect(first.at == now)
            #expect(first.accountID == fixture.account && first.chatID == visitor.session.chatID)
            #expect(first.senderID == visitor.session.contactID.uuid)
            #expect(first.message?.id == sent.id)
            #expect(first.message?.clientID == "c1")
            #expect(first.about?.contactID == visitor.session.contactID)
            #expect(first.about?.inboxID == fixture.inbox.id)
            #expect(first.conversation?.status == .waiting)
            #expect(first.conversation?.version == 1)
            #expect(second.about == nil)
            #expect(third.kind == .conversationChanged)
            #expect(third.cause == "replied")
            #expect(third.conversation?.status == .active)
            #expect(third.conversation?.version == 2)
            #expect(third.conversation?.assigneeID == fixture.agent.agentID)
            #expect(second.senderID == fixture.agent.agentID.uuid)
        }
    }
}
