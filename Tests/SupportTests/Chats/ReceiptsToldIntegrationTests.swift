import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

/// What the others hear of a receipt, and when it says that something was read.
@Suite struct ReceiptsToldIntegrationTests {
    /// The contact's question and our answers, so many messages in all.
    private func chat(
        _ messages: Int, _ configure: (inout SupportConfiguration) -> Void = { _ in }
    ) async throws -> (SupportFixture, SupportFixture.Visitor) {
        let fixture = try await SupportFixture.make(configure)
        let visitor = try await fixture.contact()
        try await fixture.send("1", from: visitor)
        for number in 1..<messages { try await fixture.answer("\(number)", to: visitor) }
        return (fixture, visitor)
    }

    @Test func `fifty marks of many tabs on two gateways are told as they rise, each height once`()
        async throws
    {
        let (fixture, visitor) = try await chat(20)
        let other = try SupportFixture.makeDesk(in: fixture.world)
        try await Listening.to(visitor.chat, in: fixture.world) { listening in
            _ = try await race(50) { number in
                let desk = number.isMultiple(of: 2) ? fixture.desk : other
                return try await desk.receipts.mark(
                    .delivered, upTo: number % 20 + 1, in: visitor.chat, by: visitor.principal, at: .now())
            }
            try await waitUntil("the highest mark is told") {
                try await listening.chat.said("message_status").last?.upToSeq == 20
            }
            let heights = try await listening.chat.said("message_status").compactMap(\.upToSeq)
            #expect(heights == Array(Set(heights)).sorted())
            #expect(try await fixture.facts().filter { $0.kind == .chatMarked }.count == heights.count)
        }
    }

    @Test func `reading is getting too, and both are told, once`() async throws {
        let (fixture, visitor) = try await chat(3)
        try await Listening.to(visitor.chat, in: fixture.world) { listening in
            let receipts = fixture.desk.receipts
            for _ in 0..<3 {
                try await receipts.mark(.read, upTo: 2, in: visitor.chat, by: visitor.principal, at: .now())
                try await receipts.mark(
                    .delivered, upTo: 1, in: visitor.chat, by: visitor.principal, at: .now())
            }
            try await receipts.mark(.delivered, upTo: 3, in: visitor.chat, by: visitor.principal, at: .now())
            let told = try await listening.chat.said("message_status", atLeast: 3)
            #expect(told.map(\.status) == ["delivered", "read", "delivered"])
            #expect(told.map(\.upToSeq) == [2, 2, 3])
        }
        try await fixture.persist()
        #expect(
            try await fixture.count(
                """
                SELECT user_delivered_seq * 10 + user_read_seq FROM support_chats
                WHERE account_id = \(fixture.account.uuid)
                """) == 32)
    }

    @Test func `a message says when it was read itself, hot as cold`() async throws {
        let (fixture, visitor) = try await chat(40)
        let start = Timestamp.now()
        for seq in 2...40 {
            try await fixture.desk.receipts.mark(
                .read, upTo: seq, in: visitor.chat, by: visitor.principal, at: start.adding(.seconds(seq)))
        }
        func readAt() async throws -> [Timestamp?] {
            try await fixture.desk.chats.show(visitor.chat, to: fixture.staff, at: .now()).messages
                .dropFirst().map(\.readAt)
        }
        let exact = (2...40).map { Optional(start.adding(.seconds($0))) }
        // Redis remembers some thirty moves of a mark; what is older has the oldest of these.
        let hot = try await readAt()
        #expect(hot.suffix(28) == exact.suffix(28))
        #expect(zip(hot, exact).allSatisfy { $0! >= $1! })
        try await fixture.persist()
        try await fixture.forget(visitor.chat)
        #expect(try await readAt() == exact)
    }

    @Test func `a later fact with an earlier clock moves no time back, and a lower mark no time at all`()
        async throws
    {
        let (fixture, visitor) = try await chat(4)
        let now = Timestamp.now()
        let receipts = fixture.desk.receipts
        try await receipts.mark(.delivered, upTo: 4, in: visitor.chat, by: visitor.principal, at: now)
        try await fixture.persist()
        try await receipts.mark(
            .read, upTo: 2, in: visitor.chat, by: visitor.principal, at: now.adding(.seconds(9)))
        try await fixture.persist()
        let row = try await fixture.world.postgres.query(
            "SELECT user_delivered_at, user_read_at FROM support_chats WHERE account_id = \(fixture.account.uuid)"
        )[0]
        #expect(Timestamp(try row.decode("user_delivered_at", as: Date.self)) == now)
        #expect(Timestamp(try row.decode("user_read_at", as: Date.self)) == now.adding(.seconds(9)))
    }

    @Test func `whoever marks faster than anybody reads is told how long to wait`() async throws {
        let (fixture, visitor) = try await chat(2) {
            $0.contactMarks = RateLimit(burst: 3, per: .seconds(60))
        }
        let now = Timestamp.now()
        func mark() async throws -> SupportError? {
            try await refusal {
                try await fixture.desk.receipts.mark(
                    .read, upTo: 1, in: visitor.chat, by: visitor.principal, at: now)
            }
        }
        for _ in 0..<3 { #expect(try await mark() == nil) }
        guard case .limited(let wait) = try await mark() else {
            Issue.record("the fourth mark was taken")
            return
        }
        #expect(wait > 0 && wait <= 60_000)
        // Staff have a bucket of their own, and so has everything else that the contact does.
        try await fixture.desk.receipts.mark(.read, upTo: 1, in: visitor.chat, by: fixture.staff, at: now)
        try await fixture.send("still here", from: visitor, at: now)
    }
}
