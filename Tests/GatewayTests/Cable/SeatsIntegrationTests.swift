import Support
import TestSupport
import Testing

@testable import Gateway

@Suite struct SeatsIntegrationTests {
    @Test func `one person has so many seats, one address so many, and both get them back`() async throws {
        let fixture = try await SupportFixture.make()
        let (ann, bob, eve) = (
            try await fixture.contact().principal, try await fixture.contact().principal, fixture.staff
        )
        var limits = CableLimits()
        limits.sessionsPerPrincipal = 2
        limits.sessionsPerAddress = 3
        let seats = Seats(limits)
        #expect(seats.take(ann, "office"))
        #expect(seats.take(ann, "office"))
        #expect(!seats.take(ann, "home"), "wherever they are")
        #expect(seats.take(bob, "office"))
        #expect(!seats.take(eve, "office"))
        #expect(seats.take(eve, "home"))
        seats.leave(ann, "office")
        #expect(seats.take(eve, "office"))
        for (who, place) in [(ann, "office"), (bob, "office"), (eve, "home"), (eve, "office")] {
            seats.leave(who, place)
        }
        #expect(seats.taken == (0, 0), "nothing is kept of those who have gone")
    }

    @Test func `whose address nobody knows shares it with nobody`() async throws {
        let fixture = try await SupportFixture.make()
        var limits = CableLimits()
        limits.sessionsPerAddress = 1
        let seats = Seats(limits)
        for _ in 0..<3 {
            #expect(seats.take(try await fixture.contact().principal, ClientAddress.unknown))
        }
    }
}
