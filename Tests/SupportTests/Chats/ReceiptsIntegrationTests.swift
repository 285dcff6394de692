import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct ReceiptsIntegrationTests {
    private func chat(_ messages: Int) async throws -> (SupportFixture, SupportFixture.Visitor) {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        for number in 1...messages {
            if number.isMultiple(of: 2) {
                try await fixture.answer("\(number)", to: visitor)
            } else {
                try await fixture.send("\(number)", from: visitor)
            }
        }
        return (fixture, visitor)
    }

    @Test func `a mark only rises, and never above the newest message`() async throws {
        let (fixture, visitor) = try await chat(5)
        func mark(_ seq: Int?) async throws -> Int {
            try await fixture.desk.receipts.mark(
                .read, upTo: seq, in: visitor.chat, by: visitor.principal, at: .now())
        }
        #expect(try await mark(3) == 3)
        #expect(try await mark(2) == 3)
        #expect(try await mark(3) == 3)
        #expect(try await mark(1_000_000) == 5)
        #expect(try await mark(nil) == 5)
        #expect(try await mark(1) == 5)
    }

    @Test func `fifty marks at once end at the highest`() async throws {
        let (fixture, visitor) = try await chat(50)
        let marks = try await race(50) { number in
            try await fixture.desk.receipts.mark(
                .delivered, upTo: number + 1, in: visitor.chat, by: visitor.principal, at: .now())
        }
        #expect(marks.max() == 50)
        #expect(zip(marks, 1...50).allSatisfy { $0 >= $1 })
        try await fixture.persist()
        #expect(
            try await fixture.count(
                """
                SELECT user_delivered_seq FROM support_chats
                WHERE account_id = \(fixture.account.uuid) AND id = \(visitor.session.chatID.uuid)
                """) == 50)
    }

    @Test func `the two sides and the two kinds are kept apart`() async throws {
        let (fixture, visitor) = try await chat(6)
        let receipts = fixture.desk.receipts
        try await receipts.mark(.delivered, upTo: 6, in: visitor.chat, by: visitor.principal, at: .now())
        try await receipts.mark(.read, upTo: 2, in: visitor.chat, by: visitor.principal, at: .now())
        try await receipts.mark(.read, upTo: 3, in: visitor.chat, by: fixture.staff, at: .now())
        let view = try await fixture.desk.chats.show(visitor.chat, to: fixture.staff, at: .now())
        #expect(view.messages.map(\.status) == [.read, .read, .read, .delivered, .sent, .delivered])
    }

    @Test func `receipts come to the rows of the messages, with the time of each stretch`() async throws {
        let (fixture, visitor) = try await chat(6)
        let receipts = fixture.desk.receipts
        let times = (0..<3).map { Timestamp.now().adding(.seconds($0)) }
        try await receipts.mark(.delivered, upTo: 4, in: visitor.chat, by: visitor.principal, at: times[0])
        try await fixture.persist()
        try await receipts.mark(.read, upTo: 2, in: visitor.chat, by: visitor.principal, at: times[1])
        try await receipts.mark(.read, upTo: 6, in: visitor.chat, by: visitor.principal, at: times[2])
        try await fixture.persist()
        let rows = try await fixture.world.postgres.query(
            """
            SELECT seq, delivered_at, read_at FROM support_messages
            WHERE account_id = \(fixture.account.uuid) AND sender_type = 'admin' ORDER BY seq
            """)
        func moments(_ column: String) throws -> [Timestamp?] {
            try rows.map { try $0.decode(column, as: Date?.self).map(Timestamp.init) }
        }
        #expect(try rows.map { try $0.decode("seq", as: Int.self) } == [2, 4, 6])
        #expect(try moments("delivered_at") == [times[0], times[0], times[2]])
        #expect(try moments("read_at") == [times[1], times[2], times[2]])
        // The contact's own messages are nobody's receipt here.
        #expect(
            try await fixture.count(
                """
                SELECT count(*) FROM support_messages WHERE account_id = \(fixture.account.uuid)
                    AND sender_type = 'user' AND (read_at IS NOT NULL OR delivered_at IS NOT NULL)
                """) == 0)
        // What was persisted is what a cold chat shows.
        try await fixture.forget(visitor.chat)
        let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
        #expect(view.messages.map(\.status) == [.sent, .read, .sent, .read, .sent, .read])
        #expect(view.messages[1].readAt == times[1])
    }

    @Test(arguments: [0, -1, Int.min]) func `a seq below 1 is refused`(_ seq: Int) async throws {
        let (fixture, visitor) = try await chat(1)
        let refused = try await refusal {
            try await fixture.desk.receipts.mark(
                .read, upTo: seq, in: visitor.chat, by: visitor.principal, at: .now())
        }
        #expect(refused?.invalidField == "up_to_seq")
    }

    @Test func `an empty chat can be marked and nothing comes of it`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        #expect(
            try await fixture.desk.receipts.mark(
                .read, upTo: 5, in: visitor.chat, by: visitor.principal, at: .now()) == 0)
    }
}
