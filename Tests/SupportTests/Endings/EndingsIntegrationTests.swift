import Foundation
import Postgres
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct EndingsIntegrationTests {
    private func end(
        _ fixture: SupportFixture, _ visitor: SupportFixture.Visitor, by principal: Principal? = nil,
        conversation: Conversation.ID? = nil
    ) async throws -> Bool {
        let principal = principal ?? fixture.staff
        return try await fixture.desk.endings.end(
            visitor.chat, try Ending(asked: nil, comment: " done ", by: principal),
            conversation: conversation,
            for: principal, at: .now())
    }

    private func conversation(
        _ fixture: SupportFixture, _ visitor: SupportFixture.Visitor
    ) async throws -> Conversation.View {
        try #require(
            try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now()).conversation)
    }

    @Test func `an ending is told, persisted with who and why, and audited`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await Listening.to(visitor.chat, in: fixture.world) { listening in
            try await fixture.send("hello", from: visitor)
            try await fixture.answer("bye", to: visitor)
            #expect(try await end(fixture, visitor))
            try await waitUntil("the staff hear of it") {
                listening.staff.all.contains { $0.contains(#""status":"ended""#) }
            }
            #expect(
                listening.staff.all.contains { $0.contains(#""ended_comment":"done""#) })
            let told = try #require(listening.chat.all.last { $0.contains(#""type":"conversation""#) })
            #expect(told.contains(#""status":"ended""#) && told.contains(#""ended_reason":"service_ended""#))
            #expect(!told.contains("done"), "the comment is the staff's")
        }
        let view = try await conversation(fixture, visitor)
        #expect(view.status == .ended && view.assignee == nil)
        #expect(view.end?.reason == "service_ended" && view.end?.type == "agent")

        try await fixture.persist()
        let row = try #require(
            try await fixture.world.postgres.query(
                """
                SELECT status, version, ended_reason, ended_by, ended_type, ended_comment, assignee_id,
                    ended_at >= assigned_at AND assigned_at >= opened_at AS is_ordered
                FROM conversations WHERE account_id = \(fixture.account.uuid)
                """
            ).first)
        #expect(try row.decode("status", as: String.self) == "ended")
        #expect(try row.decode("version", as: Int.self) == 3)
        #expect(try row.decode("ended_reason", as: String.self) == "service_ended")
        #expect(try row.decode("ended_by", as: UUID.self) == fixture.agent.agentID.uuid)
        #expect(try row.decode("ended_type", as: String.self) == "agent")
        #expect(try row.decode("ended_comment", as: String.self) == "done")
        #expect(try row.decode("assignee_id", as: UUID.self) == fixture.agent.agentID.uuid, "who had it")
        #expect(try row.decode("is_ordered", as: Bool.self))
        let audited = try await fixture.count(
            """
            SELECT count(*) FROM audit_entries WHERE account_id = \(fixture.account.uuid)
                AND action = 'conversation.ended' AND actor_id = \(fixture.agent.agentID.uuid)
                AND subject_id = \(view.id.uuid) AND details ->> 'reason' = 'service_ended'
            """)
        #expect(audited == 1)
    }

    @Test func `ending again, or another conversation, changes nothing`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("hello", from: visitor)
        let first = try await conversation(fixture, visitor).id
        #expect(try await end(fixture, visitor, conversation: .new()) == false)
        let ended = try await race(20) { _ in try await end(fixture, visitor, conversation: first) }
        #expect(ended.count { $0 } == 1)
        #expect(try await end(fixture, visitor) == false)

        try await fixture.send("one more thing", from: visitor)
        #expect(try await end(fixture, visitor, conversation: first) == false, "the next one stays open")
        #expect(try await conversation(fixture, visitor).status == .waiting)
    }

    @Test
    func `who waits is taken out of line, and writing again opens the next conversation of the same chat`()
        async throws
    {
        let fixture = try await SupportFixture.make()
        let (first, second) = (try await fixture.contact(), try await fixture.contact())
        try await fixture.send("1", from: first)
        try await fixture.send("1", from: second)
        #expect(try await conversation(fixture, second).position == 2)
        let before = try await conversation(fixture, first).id
        #expect(try await end(fixture, first, by: first.principal))
        #expect(try await conversation(fixture, first).end?.reason == "user_ended")
        #expect(try await conversation(fixture, second).position == 1)

        let again = try await fixture.send("2", from: first)
        #expect(again.seq == 2 && again.conversationID != before)
        let next = try await conversation(fixture, first)
        #expect(next.status == .waiting && next.position == 2 && next.end == nil)
        // Both steps in one batch: PostgreSQL has at most one open conversation of a chat at any moment.
        try await fixture.persist()
        let statuses = try await fixture.world.postgres.query(
            """
            SELECT status FROM conversations
            WHERE account_id = \(fixture.account.uuid) AND chat_id = \(first.chat.chatID.uuid) ORDER BY opened_at
            """)
        #expect(try statuses.map { try $0.decode("status", as: String.self) } == ["ended", "waiting"])
    }

    @Test func `an ended chat is the same after it went cold, and goes on with a new conversation`()
        async throws
    {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        try await fixture.answer("2", to: visitor)
        #expect(try await end(fixture, visitor))
        let contact = visitor.session
        #expect(
            try await fixture.desk.ratings.rate(Rating(score: 4, comment: nil), by: contact, at: .now()) == 4)
        try await fixture.persist()
        let before = try await conversation(fixture, visitor)
        try await fixture.forget(visitor.chat)

        let after = try await conversation(fixture, visitor)
        #expect(after.id == before.id && after.status == .ended && after.assignee == nil)
        #expect(after.end?.at == before.end?.at && after.end?.rating == 4)
        #expect(try await end(fixture, visitor) == false)
        #expect(
            try await fixture.desk.ratings.rate(Rating(score: 1, comment: nil), by: contact, at: .now()) == 4)
        #expect(try await fixture.send("3", from: visitor).conversationID != before.id)
        try await fixture.persist()
        try await fixture.forget(visitor.chat)
        #expect(try await conversation(fixture, visitor).status == .waiting)
        #expect(try await end(fixture, visitor, by: nil))
    }

    @Test func `the system ends a chat that is cold`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        try await fixture.persist()
        try await fixture.forget(visitor.chat)
        #expect(try await fixture.desk.endings.end(visitor.chat, Ending(.inactive, by: .system), at: .now()))
        try await fixture.persist()
        let rows = try await fixture.count(
            """
            SELECT count(*) FROM conversations WHERE account_id = \(fixture.account.uuid) AND status = 'ended'
                AND ended_reason = 'inactive' AND ended_type = 'system' AND ended_by IS NULL
            """)
        #expect(rows == 1)
    }

    @Test func `an older fact never overwrites a newer one`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            #expect(try await end(fixture, visitor))
            let facts = try await fixture.facts()
            try await fixture.persist()
            // The opening once more, alone, as a writer would that is late.
            try await world.postgres.transaction { connection in
                try PersisterRows.write(FactFold([facts[0]]), connection)
            }
            let ended = try await fixture.count(
                """
                SELECT count(*) FROM conversations WHERE account_id = \(fixture.account.uuid) AND status = 'ended'
                    AND version = 2
                """)
            #expect(ended == 1)
        }
    }

    @Test func `a rating is taken once, after the end, and staff see it`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        func rate(_ score: Int, _ comment: String? = nil) async throws -> Int {
            try await fixture.desk.ratings.rate(
                Rating(score: score, comment: comment), by: visitor.session, at: .now())
        }
        try await fixture.send("1", from: visitor)
        #expect(try await refusal { try await rate(5) }?.isNotFound == true, "it is still open")
        #expect(try await end(fixture, visitor))
        try await Listening.to(visitor.chat, in: fixture.world) { listening in
            #expect(try await rate(5, "quick") == 5)
            #expect(try await rate(1, "changed my mind") == 5)
            try await waitUntil("the staff hear of it") {
                listening.staff.all.contains { $0.contains(#""score":5,"comment":"quick""#) }
            }
            #expect(listening.chat.all.contains { $0.contains(#""rating":5"#) })
            #expect(!listening.chat.all.contains { $0.contains("quick") })
        }
        try await fixture.persist()
        let view = try await fixture.desk.chats.showToStaff(visitor.chat, fixture.agent, at: .now())
        #expect(view.ending?.rating == 5 && view.ending?.ratingComment == "quick")
    }

    @Test func `reasons are checked by who gives them`() throws {
        let visitor = Principal.contact(
            ContactSession(accountID: .new(), inboxID: .new(), contactID: .new(), chatID: .new()))
        #expect(throws: SupportError.self) { try Ending(asked: "timeout", comment: nil, by: visitor) }
        #expect(try Ending(asked: nil, comment: "  ", by: visitor).comment == nil)
        #expect(try Ending(asked: nil, comment: nil, by: visitor).reason == .userEnded)
        let agent = AgentSession(
            loginID: .new(), accountID: .new(), agentID: .new(), name: "Ann", role: .administrator)
        #expect(try Ending(asked: nil, comment: nil, by: .agent(agent)).actor == .supervisor(agent.agentID))
        #expect(throws: SupportError.self) { try Ending(asked: "system", comment: nil, by: .agent(agent)) }
        let long = String(repeating: "x", count: Ending.commentCharacters + 1)
        #expect(throws: SupportError.self) { try Ending(asked: nil, comment: long, by: .agent(agent)) }
        for score in [nil, 0, 6] {
            #expect(throws: SupportError.self) { try Rating(score: score, comment: nil) }
        }
    }
}
