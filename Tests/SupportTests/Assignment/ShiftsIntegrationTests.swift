import Foundation
import Postgres
import Realtime
import TestSupport
import Testing

@testable import Support

/// Agents who are available when their hours say so, and until then what they have said by hand.
@Suite struct ShiftsIntegrationTests {
    private static let minute = 60

    /// Every day from one moment to another, as clocks show them: minutes from now.
    private func hours(_ from: Int, _ to: Int) -> HoursDocument {
        func clock(_ minutes: Int) -> String {
            String(Timestamp.now().adding(.seconds(minutes * Self.minute)).iso8601.dropFirst(11).prefix(5))
        }
        let interval = HoursDocument.Interval(opens: clock(from), closes: clock(to))
        return HoursDocument(
            timeZone: "UTC",
            week: Dictionary(uniqueKeysWithValues: HoursDocument.weekdays.map { ($0, [interval]) }))
    }

    private func boss(_ stage: AssignmentStage) -> AgentSession {
        let ann = stage.fixture.agent
        return AgentSession(
            cell: ann.cell, loginID: ann.loginID, accountID: ann.accountID, agentID: ann.agentID,
            name: "Boss", role: .supervisor)
    }

    private func watcher(_ stage: AssignmentStage) -> TimerService {
        let (desk, world) = (stage.fixture.desk, stage.fixture.world)
        return TimerService(
            cell: stage.fixture.inbox.cell, timers: desk.timers, duties: desk.timerDuties,
            rebuild: TimerRebuild(
                timers: desk.timers, times: desk.inboxTimes, postgres: world.postgres,
                journals: desk.journals,
                logger: TestWorld.quiet), logger: TestWorld.quiet)
    }

    /// Several processes look at once.
    private func look(_ stage: AssignmentStage) async throws {
        let watchers = (0..<4).map { _ in watcher(stage) }
        _ = try await race(watchers.count) { _ = try await watchers[$0].look() }
    }

    private func timer(_ stage: AssignmentStage) -> String {
        ShiftDuty.timer(stage.fixture.account, stage.fixture.agent.agentID)
    }

    /// When the agent's timer is due, ms.
    private func due(_ stage: AssignmentStage) async throws -> Int? {
        try await stage.redis.send([
            "ZSCORE", .string(stage.fixture.inbox.cell.timers), .string(timer(stage)),
        ]).text.flatMap { Double($0) }.map { Int($0) }
    }

    private func letItBeDue(_ stage: AssignmentStage) async throws {
        _ = try await stage.redis.send([
            "ZADD", .string(stage.fixture.inbox.cell.timers), 1, .string(timer(stage)),
        ])
    }

    private func chosen(_ stage: AssignmentStage) async throws -> String? {
        try await stage.redis.send([
            "HGET", .string(stage.keys.agent(stage.fixture.agent.agentID)), "chosen",
        ]).text
    }

    @Test func `hours make an agent available, and away, and what is said by hand counts until they change`()
        async throws
    {
        try await AssignmentStage.with(capacity: 5) { stage in
            let (ann, desk) = (stage.fixture.agent, stage.fixture.desk)
            try await stage.come(ann)
            let off = hours(60, 120)
            try await desk.shifts.set(off, of: ann.agentID, by: boss(stage), at: .now())
            try await look(stage)
            #expect(try await chosen(stage) == "away")
            let next = try #require(try off.hours().nextChange(after: .now()))
            #expect(try await due(stage) == next.milliseconds, "to the millisecond")
            let visitor = try await stage.arrive()
            #expect(try await stage.conversation(visitor)?.position == 1, "nobody works")

            try await desk.availability.set(
                .online, of: ann.agentID, account: stage.fixture.account, in: ann.cell)
            #expect(try await stage.assignee(visitor) == ann.agentID, "she says that she does")
            try await look(stage)
            #expect(try await chosen(stage) == "online", "until her hours change")
            try await letItBeDue(stage)
            try await look(stage)
            #expect(try await chosen(stage) == "away")
            #expect(try await stage.assignee(visitor) == ann.agentID, "what she has stays with her")
            #expect(try await due(stage) == next.milliseconds, "set once, however many looked")

            let second = try await stage.arrive()
            let on = hours(-60, 60)
            try await desk.shifts.set(on, of: ann.agentID, by: boss(stage), at: .now())
            try await look(stage)
            #expect(try await stage.assignee(second) == ann.agentID, "she gets at once what waits")
            try await desk.shifts.set(nil, of: ann.agentID, by: boss(stage), at: .now())
            #expect(try await due(stage) == nil)
            #expect(try await chosen(stage) == "online", "as she was")
            try await stage.agrees()
        }
    }

    @Test func `a Redis that came back empty learns the hours again, and what it slept through`() async throws
    {
        try await AssignmentStage.with(capacity: 5) { stage in
            let (ann, desk) = (stage.fixture.agent, stage.fixture.desk)
            let on = hours(-60, 60)
            try await desk.shifts.set(on, of: ann.agentID, by: boss(stage), at: .now())
            try await look(stage)
            let next = try #require(try await due(stage))
            try await desk.availability.set(
                .busy, of: ann.agentID, account: stage.fixture.account, in: ann.cell)

            _ = try await stage.redis.send(["FLUSHALL"])
            try await look(stage)  // an epoch begins, and its timers are made
            #expect(try await due(stage) == next)
            try await desk.assignmentSetup.prepare(stage.fixture.account, in: ann.cell)
            #expect(try await chosen(stage) == "busy", "what she said still counts")

            try await stage.fixture.world.postgres.query(
                "UPDATE agents SET availability_at = now() - interval '2 hours' WHERE id = \(ann.agentID.uuid)"
            )
            _ = try await stage.redis.send(["FLUSHALL"])
            try await look(stage)
            #expect(try #require(try await due(stage)) < Timestamp.now().milliseconds, "an hour late")
            try await look(stage)
            #expect(try await chosen(stage) == "online")
            #expect(try await due(stage) == next)
        }
    }

    @Test func `whoever is dismissed has no hours, and only supervisors set them`() async throws {
        try await AssignmentStage.with { stage in
            let (ann, desk) = (stage.fixture.agent, stage.fixture.desk)
            #expect(
                try await refusal {
                    try await desk.shifts.set(hours(0, 60), of: ann.agentID, by: ann, at: .now())
                } == .forbidden("This needs the role supervisor."))
            try await desk.shifts.set(hours(-60, 60), of: ann.agentID, by: boss(stage), at: .now())
            try await stage.fixture.world.postgres.query(
                "UPDATE agents SET suspended_at = now() WHERE id = \(ann.agentID.uuid)")
            try await look(stage)
            #expect(try await due(stage) == nil)
            #expect(try await desk.shifts.hours(of: ann.agentID, for: ann) != nil)
        }
    }
}
