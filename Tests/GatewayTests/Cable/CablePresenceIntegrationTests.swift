import NIOCore
import Redis
import Support
import TestSupport
import Testing

@testable import Gateway

/// The gateway's beat beside a Redis that answers late.
@Suite struct CablePresenceIntegrationTests {
    @Test func `who comes after the last one left during a slow call is told as well`() async throws {
        try await TestWorld.withPrivate(redis: []) { world, _ in
            let fixture = try await SupportFixture.make(in: world) { $0.presenceLinger = .zero }
            let presence = CablePresence(
                presence: fixture.desk.presence, process: "gateway", logger: TestWorld.quiet)
            let loop = TestWorld.group.next()
            let visitor = try await fixture.contact()
            let contact = Presence.subjects(of: visitor.principal, in: visitor.chat)

            // The first call waits in Redis while the contact goes again, so that this turn tells both and ends.
            _ = try await world.redis.send(["CLIENT", "PAUSE", "300", "ALL"])
            presence.joined(contact, in: visitor.principal.cell, on: loop)
            try await loop.scheduleTask(in: .milliseconds(120)) {
                presence.left(contact, in: visitor.principal.cell, on: loop)
            }
            .futureResult
            .get()
            try await waitUntil("both are told") {
                let swept = try await world.redis.send(["HEXISTS", "{c0}:presence:notes", "swept"])
                let held = try await world.redis.send([
                    "EXISTS", "{c0}:presence:gateways", "{c0}:presence:online",
                ])
                return swept.int == 1 && held.int == 0
            }

            presence.joined(contact, in: visitor.principal.cell, on: loop)
            try await waitUntil("the second visit is told") {
                try await world.redis.send(["EXISTS", "{c0}:presence:online"]).int == 1
            }
            await presence.shutdown()
        }
    }
}
