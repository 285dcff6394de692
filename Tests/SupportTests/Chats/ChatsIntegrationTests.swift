import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct ChatsIntegrationTests {
    /// A chat of 35 messages of which Redis has the newest ten or so, the last three not yet in PostgreSQL.
    private func longChat(
        persisted: Int = 32
    ) async throws -> (fixture: SupportFixture, visitor: SupportFixture.Visitor, all: [Message]) {
        let fixture = try await SupportFixture.make { $0.historyLength = 10 }
        let visitor = try await fixture.contact()
        let start = Timestamp.now().adding(.seconds(-3600))
        var all: [Message] = []
        for seq in 1...35 {
            let at = start.adding(.seconds(seq))
            all.append(
                seq.isMultiple(of: 4)
                    ? try await fixture.answer("message \(seq)", to: visitor, at: at)
                    : try await fixture.send("message \(seq)", from: visitor, at: at))
            if seq == persisted { try await fixture.persist() }
        }
        // Redis trims in whole nodes when it likes; here exactly what the rule allows is gone.
        let keep = 26
        _ = try await fixture.world.redis.send([
            "XTRIM", .string(visitor.chat.history), "MINID", "=", .string("\(keep)-0"),
        ])
        return (fixture, visitor, all)
    }

    @Test func `every page is whole, whatever its bounds`() async throws {
        let (fixture, visitor, all) = try await longChat()
        func page(_ range: MessageRange, _ limit: Int) async throws -> [Message] {
            try await fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, range, limit: limit, at: .now()
            ).messages
        }
        for limit in [1, 2, 9, 10, 11, 25, 26, 34, 35, 50, 200] {
            #expect(try await page(.newest, limit).map(\.seq) == Array(all.map(\.seq).suffix(limit)))
            for bound in 0...37 {
                let following = all.map(\.seq).filter { $0 > bound }.prefix(limit)
                #expect(
                    try await page(.after(bound), limit).map(\.seq) == Array(following),
                    "after \(bound), \(limit)")
                guard bound >= 1 else { continue }
                let before = all.map(\.seq).filter { $0 < bound }.suffix(limit)
                #expect(
                    try await page(.before(bound), limit).map(\.seq) == Array(before),
                    "before \(bound), \(limit)")
            }
        }
        let whole = try await page(.newest, 200)
        #expect(whole.map(\.id) == all.map(\.id))
        #expect(whole.map(\.content) == all.map(\.content))
        #expect(whole.map(\.createdAt) == all.map(\.createdAt))
        #expect(whole.map(\.senderName) == all.map(\.senderName))
    }

    @Test func `since a moment gives what came after it, in PostgreSQL or not`() async throws {
        let (fixture, visitor, all) = try await longChat()
        for message in all + [all[0]] {
            let page = try await fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, .since(message.createdAt), limit: 200, at: .now()
            ).messages.map(\.seq)
            // At the seam with what is not persisted yet a few may come twice over time, never too few.
            #expect(Set(page).isSuperset(of: (message.seq + 1)..<36))
            #expect(page == page.sorted() && Set(page).count == page.count)
            if message.seq <= 32 { #expect(page == Array((message.seq + 1)..<36)) }
        }
        let everything = try await fixture.desk.chats.show(
            visitor.chat, to: visitor.principal, .since(all[0].createdAt.adding(.seconds(-1))), limit: 200,
            at: .now())
        #expect(everything.messages.map(\.seq) == Array(1...35))
    }

    @Test
    func `large messages come in smaller pages, without a hole, and never more than the connection takes`()
        async throws
    {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        // Four bytes a character: 600 kB each, 78 MB together.
        let large = String(repeating: "😀", count: 150_000)
        for number in 1...130 { try await fixture.send("\(number) \(large.dropLast(4))", from: visitor) }
        func page(_ range: MessageRange) async throws -> ChatView {
            try await fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, range, limit: 200, at: .now())
        }
        var (up, down) = (try await page(.newest), try await page(.after(0)))
        var (older, newer) = (up.messages.map(\.seq), down.messages.map(\.seq))
        #expect((1...20).contains(older.count) && (1...20).contains(newer.count))
        while up.hasMore {
            up = try await page(.before(older[0]))
            older = up.messages.map(\.seq) + older
        }
        while down.hasMore {
            down = try await page(.after(newer[newer.count - 1]))
            newer += down.messages.map(\.seq)
        }
        #expect(older == Array(1...130) && newer == Array(1...130))

        let position = down.position
        func recovery(from offset: Int) async throws -> Int? {
            let stream = fixture.desk.chats.stream(visitor.chat, for: visitor.principal)
            let opening = try await stream.open(
                .position(StreamPosition(epoch: position.epoch, offset: offset)))
            return if case .recovered(let missed) = opening.recovery { missed.count } else { nil }
        }
        #expect(try await recovery(from: 120) == 10)
        #expect(try await recovery(from: 0) == nil, "so much is loaded anew, page by page")
    }

    @Test func `an answer has at most two hundred messages and at least one`() async throws {
        let (fixture, visitor, _) = try await longChat()
        for (limit, count) in [(0, 1), (-5, 1), (1_000_000, 35)] {
            let view = try await fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, limit: limit, at: .now())
            #expect(view.messages.count == count)
        }
    }

    @Test func `Redis keeps what PostgreSQL does not have yet, however long the chat is`() async throws {
        let fixture = try await SupportFixture.make { $0.historyLength = 10 }
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        // Nothing else is brought to PostgreSQL, so nothing of it may be trimmed: 400 is several nodes.
        let hidden = try await TestWorld.shared()
        for number in 2...400 { try await fixture.send("\(number)", from: visitor) }
        let view = try await fixture.desk.chats.show(
            visitor.chat, to: visitor.principal, .after(0), limit: 200, at: .now())
        #expect(view.messages.map(\.seq) == Array(1...200))
        let kept = try await hidden.redis.send(["XLEN", .string(visitor.chat.history)]).int ?? 0
        let persisted = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            .persistedUpTo
        #expect(kept >= 400 - persisted)
    }

    @Test func `each side sees how far the other has got and read, and its own unread ones`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact(name: "Joe", email: "joe@example.com")
        try await fixture.send("1", from: visitor)
        try await fixture.answer("2", to: visitor)
        try await fixture.answer("3", to: visitor)
        let theirs = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(theirs.unread == 2)
        let ours = try await fixture.desk.chats.show(visitor.chat, to: fixture.staff, at: .now())
        #expect(ours.unread == 1)
        let readAt = Timestamp.now()
        try await fixture.desk.receipts.mark(
            .read, upTo: 2, in: visitor.chat, by: visitor.principal, at: readAt)
        let after = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(after.unread == 1)
        #expect(after.messages.map(\.status) == [.sent, .read, .sent])
        #expect(after.messages[1].readAt == readAt)
    }

    @Test func `staff see the row of their list around a chat, with what Redis alone knows`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact(name: "Joe", email: "joe@example.com")
        try await fixture.send("first", from: visitor)
        try await fixture.persist()
        try await fixture.send("second", from: visitor)
        let view = try await fixture.desk.chats.showToStaff(visitor.chat, fixture.agent, at: .now())
        #expect(view.item.messageCount == 2)
        #expect(view.item.lastMessagePreview == "second")
        #expect(view.item.userEmail == "joe@example.com")
        #expect(view.item.contact.name == "Joe")
        #expect(view.item.inbox.id == fixture.inbox.id)
        #expect(view.chat.messages.map(\.content) == ["first", "second"])
    }
}
