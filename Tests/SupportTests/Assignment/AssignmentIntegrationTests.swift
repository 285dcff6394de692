import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

@Suite struct AssignmentIntegrationTests {
    @Test func `who writes is given to the least busy agent at once, and waits when there is no room`()
        async throws
    {
        try await AssignmentStage.with(capacity: 2) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.come(ann)
            try await stage.come(bob)
            var visitors: [SupportFixture.Visitor] = []
            for _ in 0..<5 { visitors.append(try await stage.arrive()) }
            var had: [Agent.ID: Int] = [:]
            for visitor in visitors.prefix(4) {
                let agent = try #require(try await stage.assignee(visitor))
                had[agent, default: 0] += 1
            }
            #expect(had == [ann.agentID: 2, bob.agentID: 2])
            let last = try #require(try await stage.conversation(visitors[4]))
            #expect(last.status == .waiting)
            #expect(last.position == 1)
            #expect(try await stage.clock.sweep(stage.fixture.account) == 0)
        }
    }

    @Test func `an agent who comes gets who waits longest, and one who comes back keeps what they have`()
        async throws
    {
        try await AssignmentStage.with(capacity: 2) { stage in
            var visitors: [SupportFixture.Visitor] = []
            for _ in 0..<3 { visitors.append(try await stage.arrive()) }
            for (index, visitor) in visitors.enumerated() {
                #expect(try await stage.conversation(visitor)?.position == index + 1)
            }
            try await stage.come(stage.fixture.agent)
            #expect(try await stage.assignee(visitors[0]) == stage.fixture.agent.agentID)
            #expect(try await stage.assignee(visitors[1]) == stage.fixture.agent.agentID)
            #expect(try await stage.conversation(visitors[2])?.position == 1)
            try await stage.go(stage.fixture.agent)
            try await stage.come(stage.fixture.agent)
            #expect(try await stage.load(stage.fixture.agent) == 200)
            #expect(try await stage.assignee(visitors[0]) == stage.fixture.agent.agentID)
        }
    }

    @Test func `an agent who stays away loses what they have to others, at its old place`() async throws {
        try await AssignmentStage.with(capacity: 1) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.come(ann)
            let first = try await stage.arrive()
            let second = try await stage.arrive()
            #expect(try await stage.assignee(first) == ann.agentID)
            try await stage.go(ann)
            #expect(try await stage.assignee(first) == ann.agentID, "there is a time of grace")
            try await stage.passTime()
            #expect(try await stage.conversation(first)?.position == 1, "before who came later")
            #expect(try await stage.conversation(second)?.position == 2)
            try await stage.come(bob)
            #expect(try await stage.assignee(first) == bob.agentID)
            #expect(try await stage.load(ann) == 0)
        }
    }

    @Test func `of many who claim one conversation one has it, and the others hear who`() async throws {
        var rules = LineRules()
        rules.mode = .manual
        try await AssignmentStage.with(capacity: 5, rules) { stage in
            var agents = [stage.fixture.agent]
            for number in 1...7 { agents.append(try await stage.fixture.colleague("Agent \(number)")) }
            try await stage.fixture.desk.assignmentSetup.prepare(
                stage.fixture.account, in: stage.fixture.inbox.cell)
            for agent in agents { try await stage.come(agent) }
            let visitor = try await stage.arrive()
            #expect(try await stage.conversation(visitor)?.status == .waiting, "nobody is given it")
            let staff = agents
            let refused = try await race(staff.count) { number -> String? in
                do {
                    try await stage.act(.claim, on: visitor, by: staff[number])
                    return nil
                } catch SupportError.taken(let by) {
                    return by.name
                }
            }
            let winner = try #require(try await stage.conversation(visitor)?.assignee)
            #expect(refused.count { $0 == nil } == 1)
            #expect(refused.compactMap { $0 } == Array(repeating: winner.name, count: staff.count - 1))
        }
    }

    @Test func `an offer is accepted, declined or lapses, and goes back to its place`() async throws {
        var rules = LineRules()
        rules.mode = .offer
        try await AssignmentStage.with(capacity: 1, rules) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.come(ann)
            let first = try await stage.arrive()
            let second = try await stage.arrive()
            #expect(try await stage.conversation(first)?.status == .waiting)
            #expect(try await stage.load(ann) == 100, "an offer takes of the capacity")
            try await stage.act(.decline, on: first, by: ann)
            #expect(try await stage.conversation(first)?.position == 1, "the same place")
            // What she declined is not offered to her again at once; the next one is.
            #expect(try await stage.act(.accept, on: second, by: ann).status == .active)
            try await stage.come(bob)
            try await stage.passTime()  // Bob lets it lapse
            #expect(try await stage.conversation(first)?.position == 1)
            #expect(
                try await refusal { try await stage.act(.accept, on: first, by: bob) }
                    == .conflict(code: "offer_lapsed", "This conversation is no longer offered to you."))
        }
    }

    @Test func `nobody is given more than they can, unless a supervisor says so, and that is written down`()
        async throws
    {
        try await AssignmentStage.with(capacity: 1) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            let boss = AgentSession(
                cell: ann.cell, loginID: ann.loginID, accountID: ann.accountID, agentID: bob.agentID,
                name: "Boss", role: .supervisor)
            try await stage.come(ann)
            let first = try await stage.arrive()
            let second = try await stage.arrive()
            #expect(
                try await refusal { try await stage.act(.claim, on: second, by: ann) } == .full(capacity: 1))
            let beyond = Assignments.Action.assign(ann.agentID, beyondCapacity: true)
            #expect(
                try await refusal { try await stage.act(beyond, on: second, by: ann) }
                    == .forbidden("This needs the role supervisor."))
            #expect(try await stage.act(beyond, on: second, by: boss).assigneeID == ann.agentID)
            #expect(try await stage.load(ann) == 200)
            try await stage.fixture.persist()
            #expect(
                try await stage.fixture.count(
                    """
                    SELECT count(*) FROM conversation_events WHERE account_id = \(stage.fixture.account.uuid)
                        AND over_capacity AND actor_id = \(bob.agentID.uuid)
                    """) == 1)
            try await stage.act(.giveBack, on: first, by: ann)
            #expect(try await stage.conversation(first)?.position == 1, "she has one too many still")
        }
    }

    @Test func `who waits at a higher priority is next, but not before all who have waited long`()
        async throws
    {
        try await AssignmentStage.with(capacity: 1) { stage in
            let now = Timestamp.now()
            let old = try await stage.fixture.contact()
            try await stage.fixture.send("old", from: old, at: now.adding(.seconds(-1000)))
            let normal = try await stage.arrive()
            let high = try await stage.arrive()
            try await stage.act(.prioritise(.high), on: high, by: stage.fixture.agent)
            #expect(try await stage.conversation(old)?.position == 1, "15 minutes are the head start")
            #expect(try await stage.conversation(high)?.position == 2)
            #expect(try await stage.conversation(normal)?.position == 3)
            try await stage.act(.prioritise(.urgent), on: normal, by: stage.fixture.agent)
            #expect(try await stage.conversation(normal)?.position == 1)
        }
    }

    @Test func `skills are asked for, and after a while no more`() async throws {
        try await AssignmentStage.with(capacity: 3) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.fixture.world.postgres.query(
                "UPDATE agents SET skills = '{german,sales}' WHERE id = \(bob.agentID.uuid)")
            let visitor = try await stage.arrive()
            try await stage.act(.require(["german"]), on: visitor, by: ann)
            try await stage.come(ann)
            #expect(try await stage.conversation(visitor)?.status == .waiting)
            let other = try await stage.arrive()
            #expect(try await stage.assignee(other) == ann.agentID)
            try await stage.come(bob)
            #expect(try await stage.assignee(visitor) == bob.agentID)

            let third = try await stage.arrive()
            try await stage.act(.require(["klingon"]), on: third, by: ann)
            try await stage.act(.giveBack, on: third, by: ann)
            #expect(try await stage.conversation(third)?.status == .waiting)
            try await stage.clock.turnAll()  // their line is made
            try await stage.passTime()
            #expect(try await stage.conversation(third)?.status == .active, "whoever else can")
        }
    }
}
