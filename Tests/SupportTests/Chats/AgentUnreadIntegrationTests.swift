import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

/// Each agent's own count of what they have not read, beside the chat's `unread`, which anybody on staff ends.
@Suite struct AgentUnreadIntegrationTests {
    private struct Desk {
        let fixture: SupportFixture
        let visitor: SupportFixture.Visitor
        let bob: AgentSession

        func read(_ agent: AgentSession, upTo seq: Int? = nil) async throws {
            try await fixture.desk.receipts.mark(
                .read, upTo: seq, in: visitor.chat, by: .agent(agent), at: .now())
        }

        func row(_ agent: AgentSession) async throws -> ChatListItem {
            let page = try await fixture.desk.chatList.page(
                .init(), of: fixture.account, for: agent.agentID, before: nil)
            return try #require(page.chats.first)
        }
    }

    /// A chat of messages 1…6, of which 3 and 6 are Ann's; Bob works there too.
    private func desk() async throws -> Desk {
        let fixture = try await SupportFixture.make()
        let bob = try await fixture.colleague("Bob")
        let visitor = try await fixture.contact()
        for number in 1...6 {
            if number.isMultiple(of: 3) {
                try await fixture.answer("\(number)", to: visitor)
            } else {
                try await fixture.send("\(number)", from: visitor)
            }
        }
        return Desk(fixture: fixture, visitor: visitor, bob: bob)
    }

    @Test func `each agent's count is their own, while unread ends with the first of them`() async throws {
        let desk = try await desk()
        let ann = desk.fixture.agent
        try await desk.fixture.persist()
        #expect(try await desk.row(ann).unreadCount == 4)
        #expect(try await desk.row(ann).unread)
        try await desk.read(ann)
        try await desk.read(desk.bob, upTo: 2)
        try await desk.fixture.persist()
        #expect(try await desk.row(ann).unreadCount == 0)
        #expect(try await desk.row(desk.bob).unreadCount == 2)
        #expect(try await !desk.row(desk.bob).unread)
        // An older mark changes nothing.
        try await desk.read(desk.bob, upTo: 1)
        try await desk.fixture.persist()
        #expect(try await desk.row(desk.bob).unreadCount == 2)
        try await desk.fixture.send("7", from: desk.visitor)
        try await desk.fixture.persist()
        #expect(try await desk.row(ann).unreadCount == 1)
        #expect(try await desk.row(desk.bob).unreadCount == 3)
    }

    @Test func `staff are told whose count it is, and contacts hear of the first reader alone`() async throws
    {
        let desk = try await desk()
        try await Listening.to(desk.visitor.chat, in: desk.fixture.world) { listening in
            try await desk.read(desk.fixture.agent, upTo: 4)
            try await desk.read(desk.bob, upTo: 1)
            try await desk.read(desk.bob, upTo: 1)
            try await desk.read(desk.bob)
            let told = try await listening.staff.said("chat_updated", atLeast: 3)
            let (ann, bob) = (desk.fixture.agent.agentID.description, desk.bob.agentID.description)
            #expect(told.map(\.agentId) == [ann, bob, bob])
            #expect(told.map(\.unreadCount) == [1, 3, 0])
            #expect(told.map(\.chat?.unread) == [true, true, false])
            #expect(told.map(\.chat?.readUpTo) == [4, 4, 6])
            let marks = try await listening.chat.said("message_status", atLeast: 4)
            #expect(marks.map(\.upToSeq) == [4, 4, 6, 6])
            #expect(listening.chat.all.allSatisfy { !$0.contains("agent_id") && !$0.contains("unread") })
        }
    }

    @Test func `a newer message of ours leaves nothing unread`() async throws {
        let desk = try await desk()
        try await Listening.to(desk.visitor.chat, in: desk.fixture.world) { listening in
            try await desk.read(desk.fixture.agent, upTo: 5)
            let told = try await listening.staff.said("chat_updated")
            #expect(told.first?.chat?.unread == false)
            #expect(told.first?.unreadCount == 0)
        }
    }

    @Test func `a chat that Redis forgot knows its readers still`() async throws {
        let desk = try await desk()
        try await desk.read(desk.bob, upTo: 5)
        try await desk.fixture.persist()
        try await desk.fixture.forget(desk.visitor.chat)
        let before = try await desk.fixture.facts().count
        try await desk.read(desk.bob, upTo: 4)
        #expect(try await desk.fixture.facts().count == before, "the mark stands where it was")
        let view = try await desk.fixture.desk.chats.showToStaff(desk.visitor.chat, desk.bob, at: .now())
        #expect(view.item.unreadCount == 0)
        let ann = try await desk.fixture.desk.chats.showToStaff(
            desk.visitor.chat, desk.fixture.agent, at: .now())
        #expect(ann.item.unreadCount == 4)
    }

    @Test func `counting ends at a hundred, and whoever joins later is not greeted by the past`() async throws
    {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        for number in 1...130 { try await fixture.send("\(number)", from: visitor) }
        try await fixture.persist()
        let late = try await fixture.colleague("Eve")
        let desk = Desk(fixture: fixture, visitor: visitor, bob: late)
        #expect(try await desk.row(fixture.agent).unreadCount == ChatRows.unreadLimit)
        #expect(try await desk.row(late).unreadCount == 0)
        try await fixture.send("new", from: visitor, at: Timestamp.now().adding(.seconds(1)))
        try await fixture.persist()
        #expect(try await desk.row(late).unreadCount == 1)
    }

    @Test func `marks of fifty agents at once are all kept, each its own`() async throws {
        let desk = try await desk()
        let agents = (0..<50).map { _ in Agent.ID.new() }
        let other = try SupportFixture.makeDesk(in: desk.fixture.world)
        _ = try await race(200) { number in
            let agent = AgentSession(
                loginID: .new(), accountID: desk.fixture.account, agentID: agents[number % 50], name: "A",
                role: .agent)
            return try await (number.isMultiple(of: 2) ? desk.fixture.desk : other).receipts.mark(
                .read, upTo: number / 50 + 1, in: desk.visitor.chat, by: .agent(agent), at: .now())
        }
        try await desk.fixture.persist()
        #expect(
            try await desk.fixture.count(
                """
                SELECT count(*) FROM agent_chat_reads
                WHERE account_id = \(desk.fixture.account.uuid) AND read_seq = 4
                """) == 50)
    }
}
