import Foundation
import NIOCore
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

@Suite struct CellsIntegrationTests {
    private let cell = Cell(5)

    private func fixture() async throws -> SupportFixture {
        try await SupportFixture.make(cell: cell) { $0.cells = 6 }
    }

    @Test func `an account lives in its cell, with its messages, news, presence and journal`() async throws {
        let fixture = try await fixture()
        let visitor = try await fixture.contact()
        #expect(visitor.chat.cell == cell && fixture.agent.cell == cell)
        try await Listening.to(visitor.chat, in: fixture.world) { listening in
            try await fixture.send("hello", from: visitor)
            try await fixture.answer("and to you", to: visitor)
            _ = try await listening.chat.said("new_message", atLeast: 2)
            _ = try await listening.staff.said("new_user_message")
            _ = try await fixture.desk.presence.beat(
                .begin, as: UUID().uuidString, in: cell,
                came: Presence.subjects(of: visitor.principal, in: visitor.chat), went: [])
            _ = try await listening.staff.said("presence")
            try await fixture.persist()
            _ = try await listening.chat.said("persisted")
        }
        #expect(try await fixture.rows(of: visitor.chat) == 2)
        let state = try await fixture.desk.presence.read(for: fixture.staff, in: nil)
        #expect(state.map { String(buffer: $0) }?.contains(visitor.chat.chatID.description) == true)

        var cursor = "0"
        repeat {
            let reply =
                try await fixture.world.redis.send([
                    "SCAN", .string(cursor), "MATCH", "*\(fixture.account)*", "COUNT", 1000,
                ]).array ?? []
            cursor = reply.first?.text ?? "0"
            for key in (reply.last?.array ?? []).compactMap(\.text) { #expect(key.hasPrefix("{c5}:")) }
        } while cursor != "0"
    }

    @Test func `tokens and tickets know the cell, and old ones are of the first`() async throws {
        let fixture = try await fixture()
        let visitor = try await fixture.contact(name: "Vera")
        #expect(try fixture.desk.contacts.authenticate(token: visitor.token, at: .now()).cell == cell)
        let ticket = try await fixture.desk.tickets.issue(for: fixture.staff)
        #expect(try await fixture.desk.tickets.redeem(ticket).cell == cell)
        let (a, b, c, d) = (Account.ID.new(), Inbox.ID.new(), Contact.ID.new(), Chat.ID.new())
        let old = #"{"a":"\#(a)","i":"\#(b)","c":"\#(c)","h":"\#(d)"}"#
        #expect(try JSONDecoder().decode(ContactSession.self, from: Data(old.utf8)).cell == Cell(0))
    }

    @Test func `an account stays in its cell`() async throws {
        let fixture = try await fixture()
        await #expect(throws: (any Error).self) {
            try await fixture.world.postgres.query(
                "UPDATE accounts SET cell = 1 WHERE id = \(fixture.account.uuid)")
        }
    }
}
