import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct ArchiveIntegrationTests {
    @Test func `putting away and bringing back say whether they changed anything, and are persisted`()
        async throws
    {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        func set(_ archived: Bool) async throws -> Bool {
            try await fixture.desk.archive.set(archived, visitor.chat, by: fixture.agent, at: .now())
        }
        func listed(archived: Bool) async throws -> [Chat.ID] {
            try await fixture.persist()
            var filter = ChatList.Filter()
            filter.archived = archived
            return try await fixture.desk.chatList.page(filter, of: fixture.account, before: nil).chats.map(
                \.id)
        }
        #expect(try await set(false) == false)
        #expect(try await set(true))
        #expect(try await set(true) == false)
        #expect(try await listed(archived: true) == [visitor.session.chatID])
        #expect(try await listed(archived: false) == [])
        #expect(try await set(false))
        #expect(try await listed(archived: true) == [])
        #expect(try await listed(archived: false) == [visitor.session.chatID])
    }

    @Test func `of fifty who put a chat away at once one does`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        let changed = try await race(50) { _ in
            try await fixture.desk.archive.set(true, visitor.chat, by: fixture.agent, at: .now())
        }
        #expect(changed.count { $0 } == 1)
    }

    @Test func `an archived chat stays so when it goes cold`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        try await fixture.desk.archive.set(true, visitor.chat, by: fixture.agent, at: .now())
        try await fixture.persist()
        try await fixture.forget(visitor.chat)
        #expect(try await fixture.desk.chats.show(visitor.chat, to: fixture.staff, at: .now()).archived)
        #expect(
            try await fixture.desk.archive.set(true, visitor.chat, by: fixture.agent, at: .now()) == false)
    }
}
