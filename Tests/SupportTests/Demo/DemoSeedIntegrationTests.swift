import Foundation
import TestSupport
import Testing

@testable import Support

@Suite struct DemoSeedIntegrationTests {
    @Test func `the demo is planted once, and everybody in it can log in`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let seed = DemoSeed(postgres: world.postgres, passwords: TestWorld.passwords)
            #expect(try await seed.plant())
            #expect(try await seed.plant() == false)
            let desk = try SupportFixture.makeDesk(in: world)
            let inbox = try await desk.inboxes.find(websiteToken: "demo", at: .now())
            for person in DemoSeed.people {
                let signedIn = try await desk.logins.signIn(
                    email: person.email, password: "switchboard", at: .now())
                #expect(signedIn.session.role == person.role)
                #expect(signedIn.accounts.map(\.name) == ["Acme"])
                #expect(signedIn.session.accountID == inbox.accountID)
            }
            #expect(
                DemoSeed.people.map(\.email) == ["admin@example.com", "ann@example.com", "bob@example.com"])
        }
    }
}
