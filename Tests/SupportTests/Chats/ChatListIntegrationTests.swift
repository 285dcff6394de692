import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct ChatListIntegrationTests {
    private func ids(
        _ fixture: SupportFixture, before: String? = nil, limit: Int = 25,
        _ change: (inout ChatList.Filter) -> Void = { _ in }
    ) async throws -> (ids: [Chat.ID], next: String?) {
        var filter = ChatList.Filter()
        change(&filter)
        let page = try await fixture.desk.chatList.page(
            filter, of: fixture.account, before: before, limit: limit)
        return (page.chats.map(\.id), page.next)
    }

    @Test func `pages follow each other without a chat twice or none, newest first`() async throws {
        let fixture = try await SupportFixture.make()
        let start = Timestamp.now()
        var expected: [Chat.ID] = []
        for number in 0..<23 {
            let visitor = try await fixture.contact()
            // Several at the very same moment: then the id decides.
            try await fixture.send("hello", from: visitor, at: start.adding(.milliseconds(number / 4)))
            expected.append(visitor.session.chatID)
        }
        try await fixture.persist()
        var (all, next): ([Chat.ID], String?) = ([], nil)
        var pages = 0
        repeat {
            let page = try await ids(fixture, before: next, limit: 5)
            all += page.ids
            next = page.next
            pages += 1
        } while next != nil
        #expect(pages == 5)
        #expect(Set(all) == Set(expected))
        #expect(all.count == expected.count)
        // A row says of its chat what the list needs.
        let newest = try await fixture.desk.chatList.page(.init(), of: fixture.account, before: nil, limit: 1)
        #expect(newest.chats.first?.messageCount == 1)
        #expect(newest.chats.first?.unread == true)
        #expect(newest.chats.first?.status == .waiting)
        #expect(newest.chats.first?.lastMessagePreview == "hello")
        #expect(newest.chats.first?.lastMessageSender == .user)
    }

    @Test func `filters narrow the list, and wildcards in a search are taken as they are`() async throws {
        let fixture = try await SupportFixture.make()
        let joe = try await fixture.contact(name: "Joe 100%", email: "joe@example.com")
        let eve = try await fixture.contact(name: "Eve_x", email: "eve@example.com")
        let anonymous = try await fixture.contact()
        for visitor in [joe, eve, anonymous] { try await fixture.send("need help", from: visitor) }
        try await fixture.answer("on it", to: joe)
        try await fixture.persist()
        let (j, e, a) = (joe.session.chatID, eve.session.chatID, anonymous.session.chatID)
        #expect(try await Set(ids(fixture) { $0.status = .waiting }.ids) == [e, a])
        #expect(try await ids(fixture) { $0.status = .active }.ids == [j])
        #expect(try await ids(fixture) { $0.assignee = fixture.agent.agentID }.ids == [j])
        #expect(try await ids(fixture) { $0.assignee = .new() }.ids == [])
        #expect(try await Set(ids(fixture) { $0.inbox = fixture.inbox.id }.ids) == [j, e, a])
        #expect(try await ids(fixture) { $0.inbox = .new() }.ids == [])
        #expect(try await ids(fixture) { $0.query = "JOE@example" }.ids == [j])
        #expect(try await Set(ids(fixture) { $0.query = "need HELP" }.ids) == [e, a])
        #expect(try await ids(fixture) { $0.query = "%" }.ids == [j])
        #expect(try await ids(fixture) { $0.query = "_x" }.ids == [e])
        #expect(try await ids(fixture) { $0.query = "\\" }.ids == [])
        #expect(try await ids(fixture) { $0.query = "'; DROP TABLE support_chats; --" }.ids == [])
    }

    @Test func `an old cursor stays right when chats move to the top meanwhile`() async throws {
        let fixture = try await SupportFixture.make()
        let start = Timestamp.now()
        var visitors: [SupportFixture.Visitor] = []
        for number in 0..<6 {
            visitors.append(try await fixture.contact())
            try await fixture.send("1", from: visitors[number], at: start.adding(.milliseconds(number)))
        }
        try await fixture.persist()
        let first = try await ids(fixture, limit: 3)
        try await fixture.send("2", from: visitors[4], at: start.adding(.seconds(1)))
        try await fixture.persist()
        let second = try await ids(fixture, before: first.next, limit: 3)
        #expect(second.ids == [2, 1, 0].map { visitors[$0].session.chatID })
        #expect(second.next == nil)
    }

    @Test func `the tabs' counts are those of their lists, and of one account alone`() async throws {
        let fixture = try await SupportFixture.make()
        let other = try await SupportFixture.make()
        let counts = {
            try await fixture.desk.chatList.counts(of: fixture.account, for: fixture.agent.agentID)
        }
        #expect(try await counts() == ChatCounts(mine: 0, unassigned: 0, all: 0))
        var visitors: [SupportFixture.Visitor] = []
        for _ in 0..<4 {
            visitors.append(try await fixture.contact())
            try await fixture.send("hello", from: visitors[visitors.count - 1])
        }
        try await other.send("elsewhere", from: try await other.contact())
        try await fixture.answer("mine", to: visitors[0])
        try await fixture.answer("mine, until it ended", to: visitors[1])
        try await fixture.desk.endings.end(visitors[1].chat, Ending(.serviceEnded, by: .system), at: .now())
        try await fixture.desk.archive.set(true, visitors[2].chat, by: fixture.agent, at: .now())
        try await fixture.persist()
        try await other.persist()
        #expect(try await counts() == ChatCounts(mine: 1, unassigned: 1, all: 3))
        let listed = try await ids(fixture) {
            $0.status = .active
            $0.assignee = fixture.agent.agentID
        }
        #expect(listed.ids == [visitors[0].session.chatID])
        #expect(try await ids(fixture) { $0.status = .waiting }.ids == [visitors[3].session.chatID])
        let theirs = try await other.desk.chatList.counts(of: other.account, for: fixture.agent.agentID)
        #expect(theirs == ChatCounts(mine: 0, unassigned: 1, all: 1))
    }

    @Test func `a cursor that no page gave is refused`() async throws {
        let fixture = try await SupportFixture.make()
        let refused = try await refusal { try await ids(fixture, before: "yesterday") }
        #expect(refused?.invalidField == "before")
    }
}
