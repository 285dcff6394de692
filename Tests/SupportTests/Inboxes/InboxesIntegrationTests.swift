import Foundation
import TestSupport
import Testing

@testable import Support

@Suite struct InboxesIntegrationTests {
    @Test func `a website's token finds its inbox and the settings for its widget`() async throws {
        let fixture = try await SupportFixture.make()
        let inbox = try await fixture.desk.inboxes.find(websiteToken: fixture.websiteToken, at: .now())
        #expect(inbox.accountID == fixture.account)
        #expect(inbox.settings.greeting == "Hello!")
        #expect(inbox.settings.color == nil)
    }

    @Test(arguments: ["", "nothing", "demo' OR true --"]) func `any other token finds none`(_ token: String)
        async throws
    {
        let fixture = try await SupportFixture.make()
        let refused = try await refusal {
            try await fixture.desk.inboxes.find(websiteToken: token, at: .now())
        }
        #expect(refused?.isNotFound == true)
    }

    @Test func `the inbox of a suspended account is gone within a minute`() async throws {
        let fixture = try await SupportFixture.make()
        try await fixture.world.postgres.query(
            "UPDATE accounts SET suspended_at = now() WHERE id = \(fixture.account.uuid)")
        let refused = try await refusal {
            try await fixture.desk.inboxes.find(
                websiteToken: fixture.websiteToken, at: .now().adding(.seconds(61)))
        }
        #expect(refused?.isNotFound == true)
    }

    @Test func `with PostgreSQL away a known inbox is known on, and visitors may begin in it`() async throws {
        try await TestWorld.withMortal { world, _, postgres in
            let fixture = try await SupportFixture.make(in: world)
            try await postgres.stop()
            let later = Timestamp.now().adding(.seconds(3600))
            let inbox = try await fixture.desk.inboxes.find(websiteToken: fixture.websiteToken, at: later)
            #expect(inbox.id == fixture.inbox.id)
            _ = try await fixture.desk.contacts.begin(.init(), in: inbox, at: later)
            let unknown = try await refusal {
                try await fixture.desk.inboxes.find(websiteToken: "another", at: later)
            }
            #expect(unknown?.isUnavailable == true)
            try await postgres.start()
        }
    }
}
