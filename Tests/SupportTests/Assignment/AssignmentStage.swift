import Foundation
import Postgres
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

/// A company at work in a Redis of its own: agents come and go, and what is due is done when a test says so.
struct AssignmentStage: Sendable {
    let fixture: SupportFixture
    let clock: AssignmentClock
    var keys: AssignmentKeys { AssignmentKeys(account: fixture.account, cell: fixture.inbox.cell) }
    var redis: RedisClient { fixture.world.redis }

    static func with(
        capacity: Int = 2, _ rules: LineRules = LineRules(), isDurable: Bool = true,
        _ body: @Sendable (AssignmentStage) async throws -> Void
    ) async throws {
        try await TestWorld.withPrivate(
            redis: isDurable ? ["--appendonly", "yes"] : ["--appendonly", "no", "--save", ""]
        ) { world, _ in
            let fixture = try await SupportFixture.make(in: world) {
                $0.presenceLease = .seconds(600)
                $0.presenceLinger = .zero
            }
            try await world.postgres.query(
                "UPDATE accounts SET agent_capacity = \(capacity) WHERE id = \(fixture.account.uuid)")
            let stage = AssignmentStage(
                fixture: fixture,
                clock: fixture.desk.assignmentClock(of: fixture.inbox.cell, logger: TestWorld.quiet))
            try await stage.rule(rules)
            try await body(stage)
        }
    }

    /// Changes the inbox's rules.
    func rule(_ rules: LineRules) async throws {
        let json = String(decoding: try JSONEncoder().encode(rules), as: UTF8.self)
        try await fixture.world.postgres.query(
            """
            UPDATE inboxes SET assignment = \(json)::jsonb
            WHERE account_id = \(fixture.account.uuid) AND id = \(fixture.inbox.id.uuid)
            """)
        try await fixture.desk.assignmentSetup.prepare(fixture.account, in: fixture.inbox.cell)
    }

    func come(_ agent: AgentSession) async throws {
        try await presence(.begin, agent)
        try await clock.turnAll()
    }

    func go(_ agent: AgentSession) async throws { try await presence(.end, agent) }

    /// Each agent has a gateway of their own.
    private func presence(_ step: Presence.Step, _ agent: AgentSession) async throws {
        let subjects = Presence.subjects(of: .agent(agent), in: nil)
        let isComing = step == .begin
        _ = try await fixture.desk.presence.beat(
            step, as: "gateway of \(agent.agentID)", in: fixture.inbox.cell, came: isComing ? subjects : [],
            went: isComing ? [] : subjects)
        // Who left is told to be gone by the next beat of anybody.
        _ = try await fixture.desk.presence.beat(
            .begin, as: "clock", in: fixture.inbox.cell, came: [], went: [])
    }

    /// A visitor who has written.
    func arrive(_ word: String = "hello") async throws -> SupportFixture.Visitor {
        let visitor = try await fixture.contact()
        try await fixture.send(word, from: visitor)
        return visitor
    }

    func conversation(_ visitor: SupportFixture.Visitor) async throws -> Conversation.View? {
        try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now()).conversation
    }

    func assignee(_ visitor: SupportFixture.Visitor) async throws -> Agent.ID? {
        try await conversation(visitor)?.assignee?.id
    }

    @discardableResult
    func act(
        _ action: Assignments.Action, on visitor: SupportFixture.Visitor, by agent: AgentSession
    ) async throws -> Assignments.Outcome {
        try await fixture.desk.assignments.perform(action, on: visitor.chat, by: agent, at: .now())
    }

    func load(_ agent: AgentSession) async throws -> Int {
        try await redis.send(["HGET", .string(keys.agent(agent.agentID)), "load"]).int ?? 0
    }

    /// Everything that is kept of the lines agrees, and the sweep finds nothing to do.
    func agrees() async throws {
        let report = try #require(
            try await fixture.desk.assignmentCheck.run(fixture.account, in: fixture.inbox.cell))
        #expect(report.faults == [])
        #expect(try await clock.sweep(fixture.account) == 0)
    }

    /// Lets all timers of the account be due, and does what they ask for.
    func passTime() async throws {
        let cell = fixture.inbox.cell
        let timers = try await redis.send(["ZRANGE", .string(cell.assignmentTimers), 0, -1]).array ?? []
        for timer in timers.compactMap(\.text) {
            _ = try await redis.send(["ZADD", .string(cell.assignmentTimers), 1, .string(timer)])
        }
        try await clock.turnAll()
    }
}

extension AssignmentClock {
    /// Turns until nothing is due.
    func turnAll() async throws {
        for _ in 0..<20 where try await turn() > .zero {
            if try await turn() > .zero { return }
        }
    }
}
