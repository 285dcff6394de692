import Foundation
import Secrets
import TestSupport
import Testing

@testable import Support

@Suite struct TicketsIntegrationTests {
    @Test func `of fifty who redeem a ticket at once one gets in`() async throws {
        let fixture = try await SupportFixture.make()
        let ticket = try await fixture.desk.tickets.issue(for: fixture.staff)
        let outcomes = try await race(50) { _ -> Account.ID? in
            do {
                return try await fixture.desk.tickets.redeem(ticket).accountID
            } catch SupportError.unauthorized(let code, _) {
                #expect(code == "invalid_ticket")
                return nil
            }
        }
        #expect(outcomes.compactMap { $0 } == [fixture.account])
    }

    @Test func `a ticket brings back exactly whom it was issued for`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let ticket = try await fixture.desk.tickets.issue(for: visitor.principal)
        guard case .contact(let session) = try await fixture.desk.tickets.redeem(ticket) else {
            Issue.record("not a contact")
            return
        }
        #expect(session == visitor.session)
        guard
            case .agent(let agent) = try await fixture.desk.tickets.redeem(
                fixture.desk.tickets.issue(for: fixture.staff))
        else {
            Issue.record("not an agent")
            return
        }
        #expect(agent == fixture.agent)
    }

    @Test func `Redis holds no ticket that could be used, and only for half a minute`() async throws {
        let fixture = try await SupportFixture.make()
        let ticket = try await fixture.desk.tickets.issue(for: fixture.staff)
        let redis = fixture.world.redis
        #expect(try await redis.send(["EXISTS", .string("ticket:\(ticket)")]).int == 0)
        let left = try await redis.send(["TTL", .string("ticket:\(Digest.sha256Hex(ticket))")]).int ?? -1
        #expect((1...30).contains(left))
    }

    @Test(arguments: ["", "*", "x", "ticket:", "../../etc"]) func `what is no ticket opens nothing`(
        _ text: String
    )
        async throws
    {
        let fixture = try await SupportFixture.make()
        let refused = try await refusal { try await fixture.desk.tickets.redeem(text) }
        #expect(refused?.isUnauthorized == true)
    }
}
