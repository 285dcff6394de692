import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct ColdChatsIntegrationTests {
    @Test func `a chat that Redis forgot goes on where PostgreSQL has it`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        for number in 1...5 { try await fixture.send("\(number)", from: visitor, clientID: "c\(number)") }
        try await fixture.answer("6", to: visitor, clientID: "c6")
        try await fixture.desk.receipts.mark(
            .read, upTo: 4, in: visitor.chat, by: fixture.staff, at: .now())
        try await fixture.desk.receipts.mark(
            .delivered, upTo: 6, in: visitor.chat, by: visitor.principal, at: .now())
        let before = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        try await fixture.persist()
        try await fixture.forget(visitor.chat)

        // A resend of what was accepted long ago is still known.
        #expect(try await fixture.send("3", from: visitor, clientID: "c3").id == before.messages[2].id)
        #expect(try await fixture.answer("6", to: visitor, clientID: "c6").id == before.messages[5].id)
        // Receipts have survived, also those of single messages.
        let after = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(after.messages.map(\.id) == before.messages.map(\.id))
        #expect(after.messages.map(\.status) == before.messages.map(\.status))
        #expect(after.messages.map(\.status) == [.read, .read, .read, .read, .sent, .delivered])
        #expect(after.conversation?.status == .active)
        #expect(after.conversation?.assignee?.name == "Ann")
        #expect(after.position.offset == 6)
        #expect(after.persistedUpTo == 6)
        // And the next message is the next one, in the same conversation.
        let next = try await fixture.send("7", from: visitor)
        #expect(next.seq == 7)
        #expect(next.conversationID == before.messages[0].conversationID)
        try await fixture.persist()
        #expect(try await fixture.rows(of: visitor.chat) == 7)
    }

    @Test func `a waiting conversation keeps its place in line when its chat was cold`() async throws {
        let fixture = try await SupportFixture.make()
        let visitors = [try await fixture.contact(), try await fixture.contact()]
        let start = Timestamp.now()
        for (index, visitor) in visitors.enumerated() {
            try await fixture.send("hello", from: visitor, at: start.adding(.milliseconds(index)))
        }
        try await fixture.persist()
        for visitor in visitors { try await fixture.forget(visitor.chat) }
        let line = AssignmentKeys(account: fixture.account, cell: fixture.inbox.cell)
        _ = try await fixture.world.redis.send(["DEL", .string(line.arrivals)])
        for (index, visitor) in visitors.enumerated().reversed() {
            let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            #expect(view.conversation?.status == .waiting)
            if index == 0 { #expect(view.conversation?.position == 1) }
        }
    }

    @Test func `large messages come from PostgreSQL in smaller pages, without a hole`() async throws {
        let fixture = try await SupportFixture.make { $0.historyLength = 5 }
        let visitor = try await fixture.contact()
        let large = String(repeating: "😀", count: 150_000)  // 600 kB
        for number in 1...40 { try await fixture.send("\(number) \(large.dropLast(4))", from: visitor) }
        try await fixture.persist()
        try await fixture.forget(visitor.chat)
        func page(_ range: MessageRange) async throws -> [Int] {
            try await fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, range, limit: 200, at: .now()
            ).messages.map(\.seq)
        }
        var (up, down) = (try await page(.newest), try await page(.after(0)))
        #expect((1...20).contains(up.count) && (1...20).contains(down.count))
        while let oldest = up.first, oldest > 1 { up = try await page(.before(oldest)) + up }
        while let newest = down.last, newest < 40 { down += try await page(.after(newest)) }
        #expect(up == Array(1...40) && down == Array(1...40))
    }

    @Test func `fifty first messages of a new contact at once make one chat`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let sent = try await race(50) { try await fixture.send("\($0)", from: visitor) }
        #expect(sent.map(\.seq).sorted() == Array(1...50))
        try await fixture.persist()
        #expect(
            try await fixture.count(
                "SELECT count(*) FROM support_chats WHERE account_id = \(fixture.account.uuid)") == 1)
        #expect(
            try await fixture.count(
                "SELECT count(*) FROM contacts WHERE account_id = \(fixture.account.uuid)") == 1)
        #expect(try await fixture.rows(of: visitor.chat) == 50)
        #expect(
            try await fixture.count(
                """
                SELECT last_seq FROM support_chats
                WHERE account_id = \(fixture.account.uuid) AND id = \(visitor.session.chatID.uuid)
                """) == 50)
    }

    @Test func `fifty readers of a cold chat at once all see it whole`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        for number in 1...8 { try await fixture.send("\(number)", from: visitor) }
        try await fixture.persist()
        try await fixture.forget(visitor.chat)
        let views = try await race(50) { number in
            if number == 25 { try await fixture.send("9", from: visitor) }
            return try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        }
        for view in views {
            #expect(view.messages.map(\.seq) == Array(1...view.position.offset))
            #expect(view.position.offset >= 8)
        }
    }

    @Test func `a chat nobody has written in is shown empty, and leaves no row`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(view.messages.isEmpty)
        #expect(view.position.offset == 0)
        #expect(view.conversation == nil)
        try await fixture.persist()
        #expect(
            try await fixture.count(
                "SELECT count(*) FROM support_chats WHERE account_id = \(fixture.account.uuid)") == 0)
    }

    @Test func `nobody but its contact can open a chat that does not exist`() async throws {
        let fixture = try await SupportFixture.make()
        let nowhere = Chat.Address(accountID: fixture.account, chatID: .new())
        let visitor = try await fixture.contact()
        for caller in [fixture.staff, visitor.principal] {
            #expect(
                try await refusal { try await fixture.send("hi", from: caller, to: nowhere) }
                    == .notFound("chat"))
            #expect(
                try await refusal { try await fixture.desk.chats.show(nowhere, to: caller, at: .now()) }
                    == .notFound("chat"))
        }
    }

    @Test func `with PostgreSQL away open chats go on and cold ones say so, and all is persisted afterwards`()
        async throws
    {
        try await TestWorld.withMortal { world, _, postgres in
            let fixture = try await SupportFixture.make(in: world)
            let (warm, cold) = (try await fixture.contact(), try await fixture.contact())
            for visitor in [warm, cold] { try await fixture.send("1", from: visitor) }
            try await fixture.persist()
            try await fixture.forget(cold.chat)

            try await postgres.stop()
            #expect(try await fixture.send("2", from: warm).seq == 2)
            #expect(try await fixture.answer("3", to: warm).seq == 3)
            try await fixture.desk.receipts.mark(
                .read, upTo: nil, in: warm.chat, by: fixture.staff, at: .now())
            let view = try await fixture.desk.chats.show(warm.chat, to: warm.principal, at: .now())
            #expect(view.messages.map(\.content) == ["1", "2", "3"])
            #expect(view.persistedUpTo == 1)
            let refused = try await refusal { try await fixture.send("2", from: cold) }
            #expect(refused?.isUnavailable == true)
            let unread = try await refusal {
                try await fixture.desk.chats.show(cold.chat, to: cold.principal, at: .now())
            }
            #expect(unread?.isUnavailable == true)

            try await postgres.start()
            try await waitUntil("PostgreSQL answers again") {
                do { try await world.postgres.query("SELECT 1") } catch { return false }
                return true
            }
            #expect(try await fixture.send("2", from: cold).seq == 2)
            try await fixture.persist()
            #expect(try await fixture.rows(of: warm.chat) == 3)
            #expect(try await fixture.rows(of: cold.chat) == 2)
            let after = try await fixture.desk.chats.show(warm.chat, to: warm.principal, at: .now())
            #expect(after.persistedUpTo == 3)
        }
    }
}
