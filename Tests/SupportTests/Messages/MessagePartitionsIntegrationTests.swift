import Foundation
import TestSupport
import Testing

@testable import Support

@Suite struct MessagePartitionsIntegrationTests {
    @Test func `the months around a moment are made once, also by many at once`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let moment = Timestamp(iso8601: "2031-11-15T00:00:00Z")!.date
            let made = try await race(6) { _ in
                try await world.postgres.query(
                    "SELECT ensure_message_partitions(\(moment), 3)::bigint AS made")[0].decode(
                        "made", as: Int.self)
            }
            #expect(made.reduce(0, +) == 5, "October to February")
            let names = try await world.postgres.query(
                "SELECT relname AS name FROM pg_class WHERE relname LIKE 'support_messages_203%' AND relkind = 'r' ORDER BY 1"
            ).map { try $0.decode("name", as: String.self) }
            #expect(
                names
                    == ["2031_10", "2031_11", "2031_12", "2032_01", "2032_02"].map {
                        "support_messages_\($0)"
                    })
        }
    }

    @Test func `a message lies in the month of its id, and one of another time is not lost`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            let now = Timestamp.now()
            try await fixture.send("now", from: visitor, at: now)
            try await fixture.send(
                "from a clock that is far off", from: visitor, at: now.adding(.seconds(86_400 * 4000)))
            try await fixture.persist()
            let places = try await world.postgres.query(
                "SELECT tableoid::regclass::text AS place FROM support_messages ORDER BY seq"
            ).map { try $0.decode("place", as: String.self) }
            let month = now.iso8601.prefix(7).replacing("-", with: "_")
            #expect(places == ["support_messages_\(month)", "support_messages_elsewhen"])
        }
    }
}
