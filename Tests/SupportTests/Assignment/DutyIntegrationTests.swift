import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct DutyIntegrationTests {
    @Test func `an agent is told what they chose, what they have, and what is offered to them alone`()
        async throws
    {
        var rules = LineRules()
        rules.mode = .offer
        rules.offerTime = 30
        try await AssignmentStage.with(capacity: 3, rules) { stage in
            let (desk, ann) = (stage.fixture.desk, stage.fixture.agent)
            let bob = try await stage.fixture.colleague("Bob")
            let before = try await desk.duties.of(bob, at: .now())
            #expect(before.availability == "online" && before.load == 0 && before.offers.isEmpty)
            try await stage.come(ann)
            let (first, second) = (try await stage.arrive(), try await stage.arrive())
            try await stage.act(.accept, on: first, by: ann)
            let duty = try await desk.duties.of(ann, at: .now())
            #expect(duty.load == 2, "an offer takes of the capacity")
            #expect(duty.capacity == 3)
            #expect(duty.offers.map(\.chatID) == [second.session.chatID])
            #expect((1...30).contains(duty.offers.first?.left ?? 0))
            #expect(try await desk.duties.of(bob, at: .now()).offers.isEmpty)
            try await desk.availability.set(
                .busy, of: ann.agentID, account: ann.accountID, in: ann.cell)
            try await stage.act(.decline, on: second, by: ann)
            let after = try await desk.duties.of(ann, at: .now())
            #expect(after.availability == "busy" && after.load == 1 && after.offers.isEmpty)
        }
    }
}
