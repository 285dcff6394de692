import Foundation
import Postgres
import Realtime
import TestSupport
import Testing

@testable import Support

/// What becomes of lines when Redis is lost, people are dismissed, rules change, and time passes.
@Suite struct AssignmentLifeIntegrationTests {
    @Test func `after Redis was lost whole, everybody is where they were, made by whoever notices, once`()
        async throws
    {
        try await AssignmentStage.with(capacity: 2) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.come(ann)
            let held = [try await stage.arrive(), try await stage.arrive()]
            var waiting: [SupportFixture.Visitor] = []
            for _ in 0..<3 { waiting.append(try await stage.arrive()) }
            try await stage.act(.prioritise(.urgent), on: waiting[2], by: ann)
            try await stage.fixture.persist()

            _ = try await stage.redis.send(["FLUSHALL"])
            // Ann's socket beats again, a visitor writes, and two workers look, all at the same time.
            try await stage.come(ann)
            _ = try await race(4) { number in
                if number == 0 { try await stage.fixture.send("still there?", from: held[0]) }
                try await stage.fixture.desk.assignmentSetup.prepare(
                    stage.fixture.account, in: stage.fixture.inbox.cell)
            }
            try await stage.clock.turnAll()
            for visitor in held { #expect(try await stage.assignee(visitor) == ann.agentID) }
            #expect(try await stage.load(ann) == 200)
            for (position, visitor) in zip([2, 3, 1], waiting) {
                #expect(try await stage.conversation(visitor)?.position == position)
            }
            try await stage.come(bob)
            #expect(try await stage.assignee(waiting[2]) == bob.agentID, "the urgent one")
            #expect(try await stage.assignee(waiting[0]) == bob.agentID)
            try await stage.agrees()
        }
    }

    @Test func `whoever is dismissed gives back what they had, and whoever is hired gets what waits`()
        async throws
    {
        try await AssignmentStage.with(capacity: 1) { stage in
            let ann = stage.fixture.agent
            try await stage.come(ann)
            let visitor = try await stage.arrive()
            #expect(try await stage.assignee(visitor) == ann.agentID)
            try await stage.fixture.world.postgres.query(
                "UPDATE agents SET suspended_at = now() WHERE id = \(ann.agentID.uuid)")
            let cell = stage.fixture.inbox.cell
            try await stage.fixture.desk.assignmentSetup.prepare(stage.fixture.account, in: cell)
            #expect(try await stage.conversation(visitor)?.position == 1)
            let bob = try await stage.fixture.colleague("Bob")
            try await stage.come(bob)  // nobody has told the desk of him: his coming does
            #expect(try await stage.assignee(visitor) == bob.agentID)
            let eve = try await stage.fixture.colleague("Eve")
            #expect(
                try await stage.act(.assign(eve.agentID), on: visitor, by: bob).assigneeID == eve.agentID,
                "although she has not come yet")
            try await stage.agrees()
        }
    }

    @Test func `a team gets what is handed to it, at its old place, and nobody else does`() async throws {
        try await AssignmentStage.with(capacity: 1) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            let (account, cell) = (stage.fixture.account, stage.fixture.inbox.cell)
            let team = try await stage.fixture.desk.teams.create(
                name: "Second level", agents: [bob.agentID], in: account, cell)
            try await stage.come(ann)
            let first = try await stage.arrive()
            try await stage.act(.team(team.id), on: first, by: ann)
            try await stage.clock.turnAll()  // the team's line is made
            #expect(try await stage.conversation(first)?.position == 1)
            #expect(try await stage.load(ann) == 0)
            let second = try await stage.arrive()
            #expect(try await stage.assignee(second) == ann.agentID, "she is free again")
            try await stage.come(bob)
            #expect(try await stage.assignee(first) == bob.agentID)
            let taken = try await refusal {
                try await stage.fixture.desk.teams.create(
                    name: "SECOND level", agents: [], in: account, cell)
            }
            #expect(taken?.invalidField == "name")
            try await stage.agrees()
        }
    }

    @Test func `who waits is told a place as the line moves, not at each step`() async throws {
        try await AssignmentStage.with(capacity: 1) { stage in
            var visitors: [SupportFixture.Visitor] = []
            for _ in 0..<5 { visitors.append(try await stage.arrive()) }
            let last = visitors[4]
            try await Listening.to(last.chat, in: stage.fixture.world) { listening in
                for visitor in visitors[0..<3] {
                    try await stage.fixture.desk.endings.end(
                        visitor.chat, Ending(.userEnded, by: .system), at: .now())
                }
                try await stage.passTime()
                try await waitUntil("a place is told") { !listening.chat.all.isEmpty }
                #expect(listening.chat.all.count == 1, "three steps, one word")
                #expect(listening.chat.all.first?.contains(#""position":2"#) == true)
                let told = try await listening.staff.said("queue")
                #expect(told.count == 1)
            }
        }
    }

    @Test func `a line that is full, and one who has waited too long, come to a stated end`() async throws {
        var rules = LineRules()
        (rules.lineLimit, rules.waitLimit) = (1, 60)
        try await AssignmentStage.with(capacity: 1, rules) { stage in
            let first = try await stage.arrive()
            let second = try await stage.arrive()
            try await stage.clock.turnAll()
            #expect(try await stage.conversation(second)?.status == .ended, "there is no room to wait")
            #expect(try await stage.conversation(first)?.status == .waiting)
            try await stage.passTime()
            #expect(try await stage.conversation(first)?.status == .ended)
            try await stage.fixture.persist()
            let comments = try await stage.fixture.world.postgres.query(
                """
                SELECT ended_comment FROM conversations WHERE account_id = \(stage.fixture.account.uuid)
                    AND ended_reason = 'timeout' ORDER BY ended_comment
                """
            ).map { try $0.decode("ended_comment", as: String.self) }
            #expect(comments == ["line_full", "line_timeout"])
            try await stage.agrees()
        }
    }

    @Test func `who comes back into a full line after a long talk is let in, and not shown out`() async throws
    {
        var rules = LineRules()
        (rules.lineLimit, rules.waitLimit) = (1, 60)
        try await AssignmentStage.with(capacity: 1, rules) { stage in
            let ann = stage.fixture.agent
            try await stage.come(ann)
            let served = try await stage.fixture.contact()
            try await stage.fixture.send("hello", from: served, at: .now().adding(.seconds(-3600)))
            #expect(try await stage.assignee(served) == ann.agentID)
            let waiting = try await stage.arrive()
            try await stage.act(.giveBack, on: served, by: ann)
            try await stage.clock.turnAll()
            #expect(try await stage.conversation(served)?.status == .waiting)
            #expect(try await stage.assignee(waiting) == ann.agentID, "she is not given the same one at once")
            try await stage.agrees()
        }
    }

    @Test func `an agent who does not answer in time loses the visitor to another`() async throws {
        var rules = LineRules()
        rules.firstReplyLimit = 30
        try await AssignmentStage.with(capacity: 1, rules) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.come(ann)
            let visitor = try await stage.arrive()
            try await stage.passTime()
            #expect(try await stage.conversation(visitor)?.position == 1, "not to her again at once")
            try await stage.come(bob)
            #expect(try await stage.assignee(visitor) == bob.agentID)
            try await stage.fixture.send("hi", from: .agent(bob), to: visitor.chat)
            try await stage.passTime()
            #expect(try await stage.assignee(visitor) == bob.agentID, "he has answered")
        }
    }

    @Test func `who comes again gets who they had, if that one is free`() async throws {
        try await AssignmentStage.with(capacity: 3) { stage in
            let (ann, bob) = (stage.fixture.agent, try await stage.fixture.colleague("Bob"))
            try await stage.come(ann)
            let visitor = try await stage.arrive()
            try await stage.come(bob)
            let others = [try await stage.arrive(), try await stage.arrive()]
            try await stage.fixture.desk.endings.end(
                visitor.chat, Ending(.userEnded, by: .system), at: .now())
            try await stage.act(.assign(ann.agentID), on: others[0], by: ann)
            try await stage.act(.assign(ann.agentID), on: others[1], by: ann)
            try await stage.fixture.send("one more thing", from: visitor)
            #expect(try await stage.assignee(visitor) == ann.agentID, "although Bob has less to do")
        }
    }

    @Test func `a visitor may ask for somebody without writing, and be given them`() async throws {
        try await AssignmentStage.with { stage in
            let visitor = try await stage.fixture.contact()
            try await stage.fixture.desk.assignments.ask(visitor.session, at: .now())
            #expect(try await stage.conversation(visitor)?.position == 1)
            try await stage.fixture.desk.assignments.ask(visitor.session, at: .now())
            try await stage.come(stage.fixture.agent)
            #expect(try await stage.assignee(visitor) == stage.fixture.agent.agentID)
            try await stage.fixture.send("hello", from: visitor)
            try await stage.fixture.persist()
            #expect(
                try await stage.fixture.count(
                    "SELECT count(*) FROM conversations WHERE account_id = \(stage.fixture.account.uuid)")
                    == 1)
        }
    }

    @Test func `when an account is suspended all that is open ends, and nobody holds anything`() async throws
    {
        try await AssignmentStage.with(capacity: 1) { stage in
            try await stage.come(stage.fixture.agent)
            let visitors = [try await stage.arrive(), try await stage.arrive()]
            try await stage.fixture.persist()
            try await stage.fixture.world.postgres.query(
                "UPDATE accounts SET suspended_at = now() WHERE id = \(stage.fixture.account.uuid)")
            try await stage.clock.sweepIfDue()
            for visitor in visitors {
                #expect(try await stage.conversation(visitor)?.status == .ended)
            }
            #expect(try await stage.load(stage.fixture.agent) == 0)
        }
    }

    @Test func `all of it works on a Redis Cluster`() async throws {
        try await TestWorld.withCluster { world, _ in
            let fixture = try await SupportFixture.make(in: world, cell: Cell(2)) {
                $0.cells = 4
                $0.presenceLease = .seconds(600)
                $0.presenceLinger = .zero
            }
            let stage = AssignmentStage(
                fixture: fixture, clock: fixture.desk.assignmentClock(of: Cell(2), logger: TestWorld.quiet))
            let bob = try await fixture.colleague("Bob")
            try await stage.come(fixture.agent)
            let visitors = [try await stage.arrive(), try await stage.arrive()]
            for visitor in visitors {
                #expect(try await stage.assignee(visitor) == fixture.agent.agentID)
            }
            try await stage.come(bob)
            try await stage.act(.assign(bob.agentID), on: visitors[0], by: fixture.agent)
            try await fixture.desk.endings.end(
                visitors[1].chat, Ending(.userEnded, by: .system), at: .now())
            try await stage.go(bob)
            try await stage.passTime()
            #expect(try await stage.assignee(visitors[0]) == fixture.agent.agentID)
            try await stage.agrees()
        }
    }
}
