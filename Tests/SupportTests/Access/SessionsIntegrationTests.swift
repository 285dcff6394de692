import Foundation
import Secrets
import TestSupport
import Testing

@testable import Support

@Suite struct SessionsIntegrationTests {
    @Test func `a session is taken once, by its id, and ends 400 s after it was last kept`()
        async throws
    {
        let fixture = try await SupportFixture.make()
        let (sessions, redis) = (fixture.desk.sessions, fixture.world.redis)
        let visitor = try await fixture.contact()
        let id = Sessions.freshID()
        let key = "session:\(Digest.sha256Hex(id))"
        sessions.keep(id, of: visitor.principal, subscriptions: ["one"])
        try await waitUntil("it is kept") { try await redis.send(["EXISTS", .string(key)]).int == 1 }
        let left = try #require(try await redis.send(["TTL", .string(key)]).int)
        #expect((390...400).contains(left))

        // As if the time were nearly over: a client that is still here renews it.
        _ = try await redis.send(["EXPIRE", .string(key), "2"])
        sessions.keep(id, of: visitor.principal, subscriptions: ["one", "two"])
        try await waitUntil("it is renewed") { try await redis.send(["TTL", .string(key)]).int ?? 0 > 390 }
        let taken = try #require(try await sessions.take(id, for: nil))
        #expect(taken.principal.accountID == fixture.account && taken.subscriptions == ["one", "two"])
        #expect(try await sessions.take(id, for: nil) == nil)

        sessions.keep(id, of: visitor.principal, subscriptions: [])
        try await waitUntil("it is kept again") { try await redis.send(["EXISTS", .string(key)]).int == 1 }
        _ = try await redis.send(["PEXPIRE", .string(key), "1"])
        try await waitUntil("it is over") { try await redis.send(["EXISTS", .string(key)]).int == 0 }
        #expect(try await sessions.take(id, for: nil) == nil)
    }

    @Test func `whatever a subscription is called comes back letter by letter`() async throws {
        let fixture = try await SupportFixture.make()
        let names = [#"{"channel":"ChatChannel"}"#, "two\nlines", "\u{0}\u{1}\"\\ \u{2028} 你好", ""]
        let visitor = try await fixture.contact()
        for principal in [visitor.principal, fixture.staff] {
            let id = Sessions.freshID()
            fixture.desk.sessions.keep(id, of: principal, subscriptions: names)
            let taken = try #require(try await fixture.desk.sessions.take(id, for: principal))
            #expect(taken.subscriptions == names && taken.principal.id == principal.id)
        }
    }

    @Test func `what another release has left behind is no session`() async throws {
        let fixture = try await SupportFixture.make()
        for text in [#"{"principal":{},"subscriptions":[]}"#, "", "\n\n", "no JSON"] {
            let id = Sessions.freshID()
            _ = try await fixture.world.redis.send(
                ["SET", .string("session:\(Digest.sha256Hex(id))"), .string(text)])
            #expect(try await fixture.desk.sessions.take(id, for: nil) == nil)
        }
    }

    @Test func `staff need more than the id, and nobody comes back as somebody else`() async throws {
        let fixture = try await SupportFixture.make()
        let sessions = fixture.desk.sessions
        let (visitor, other) = (try await fixture.contact(), try await fixture.contact())
        for (kept, caller) in [
            (fixture.staff, nil), (fixture.staff, visitor.principal), (visitor.principal, other.principal),
            (visitor.principal, fixture.staff), (fixture.staff, .agent(try await fixture.colleague("Bob"))),
        ] {
            let id = Sessions.freshID()
            sessions.keep(id, of: kept, subscriptions: ["one"])
            #expect(try await sessions.take(id, for: caller) == nil)
        }
        let id = Sessions.freshID()
        sessions.keep(id, of: fixture.staff, subscriptions: ["one"])
        #expect(try await sessions.take(id, for: fixture.staff)?.subscriptions == ["one"])
    }
}
