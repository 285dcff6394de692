import Foundation
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

/// Random people at random: agents come and go, visitors write, everybody presses everything. After each step all that
/// Redis keeps of the lines is held against each other, and against what a small model knows to be true.
@Suite struct AssignmentModelIntegrationTests {
    /// What must be true of one conversation, whatever was assigned meanwhile.
    private enum Fate: Equatable {
        case none
        case open
        case with(Agent.ID)
    }

    private struct Company {
        static let visitors = 24
        static let agents = 6

        let stage: AssignmentStage
        var chance: SeededGenerator
        var staff: [AgentSession] = []
        var visitors: [SupportFixture.Visitor] = []
        var isHere: Set<Agent.ID> = []
        var lastOrder: [String] = []
        var steps = 0

        init(_ stage: AssignmentStage, seed: UInt64) async throws {
            self.stage = stage
            chance = SeededGenerator(seed: seed)
            staff = [stage.fixture.agent]
            for number in 1..<Self.agents {
                staff.append(try await stage.fixture.colleague("Agent \(number)"))
            }
            for _ in 0..<Self.visitors { visitors.append(try await stage.fixture.contact()) }
            try await stage.fixture.desk.assignmentSetup.prepare(
                stage.fixture.account, in: stage.fixture.inbox.cell)
        }

        private var desk: SupportDesk { stage.fixture.desk }

        /// The one line, in its order.
        func line() async throws -> [String] {
            let key = stage.keys.waiting(Line(inbox: stage.fixture.inbox.id).name)
            return try await stage.redis.send(["ZRANGE", .string(key), 0, -1]).array?.compactMap(\.text) ?? []
        }

        mutating func step() async throws {
            steps += 1
            let visitor = visitors[Int(chance.next() % UInt64(visitors.count))]
            let agent = staff[Int(chance.next() % UInt64(staff.count))]
            var touched = visitor.chat.chatID.description
            var fate: Fate?
            switch chance.next() % 16 {
            case 0...4:
                try await stage.fixture.send("hello", from: visitor)
                fate = .open
            case 5, 6:
                try await desk.endings.end(
                    visitor.chat, Ending(.serviceEnded, by: .agent(agent.agentID)),
                    for: visitor.principal, at: .now())
                fate = Fate.none
            case 7, 8:
                if isHere.remove(agent.agentID) == nil {
                    isHere.insert(agent.agentID)
                    try await stage.come(agent)
                } else {
                    try await stage.go(agent)
                }
                touched = ""
            case 9:
                let status: Availability.Status = chance.next() % 3 == 0 ? .away : .online
                try await desk.availability.set(
                    status, of: agent.agentID, account: stage.fixture.account, in: stage.fixture.inbox.cell)
                touched = ""
            case 10: fate = try await perform(.claim, visitor, agent) ? .with(agent.agentID) : nil
            case 11:
                let other = staff[Int(chance.next() % UInt64(staff.count))].agentID
                fate = try await perform(.assign(other), visitor, agent) ? .with(other) : nil
            case 12: fate = try await perform(.accept, visitor, agent) ? .with(agent.agentID) : nil
            case 13:
                let isDeclined = try await perform(.decline, visitor, agent)
                fate = isDeclined ? .open : nil
            case 14: fate = try await perform(.giveBack, visitor, agent) ? .open : nil
            default:
                try await stage.passTime()
                touched = ""
            }
            try await verify(visitor, fate)
            let order = try await line()
            try await verifyOrder(lastOrder, order, touched)
            lastOrder = order
        }

        /// Whether it was done, and not refused.
        private func perform(
            _ action: Assignments.Action, _ visitor: SupportFixture.Visitor, _ agent: AgentSession
        ) async throws -> Bool {
            do {
                try await stage.act(action, on: visitor, by: agent)
                return true
            } catch is SupportError {
                return false
            }
        }

        private func verify(_ visitor: SupportFixture.Visitor, _ fate: Fate?) async throws {
            let report = try #require(
                try await desk.assignmentCheck.run(stage.fixture.account, in: stage.fixture.inbox.cell))
            try #require(report.faults == [], "after step \(steps)")
            try #require(report.over == 0, "after step \(steps)")
            guard let fate else { return }
            let state = try await stage.redis.send([
                "HMGET", .string(visitor.chat.state), "status", "assignee",
            ]).array?.map(\.text)
            switch fate {
            case .none: try #require(state?[0] == "ended" || state?[0] == nil)
            case .open: try #require(state?[0] == "waiting" || state?[0] == "active")
            case .with(let agent): try #require(state == ["active", agent.description])
            }
        }

        /// Who left the line without being touched was first in it, but for those whom the agent would not have.
        private func verifyOrder(_ before: [String], _ order: [String], _ touched: String) async throws {
            let after = Set(order)
            let rest = before.filter { $0 != touched }
            guard let stayed = rest.firstIndex(where: after.contains),
                let gone = rest[stayed...].lastIndex(where: { !after.contains($0) })
            else { return }
            for chat in rest[stayed..<gone] where after.contains(chat) {
                let declined = try await stage.redis.send([
                    "HGET", .string(stage.keys.chat(chat)), "declined",
                ])
                try #require(!declined.isNull, "out of turn in step \(steps)")
            }
        }
    }

    /// 100,000 steps in all, in companies of their own that run side by side.
    @Test(arguments: [(LineRules.Mode.automatic, 4), (.offer, 2), (.manual, 2)])
    func `whatever people do, everybody is in one place, nobody has too many, and nobody waits in vain`(
        mode: LineRules.Mode, companies: Int
    ) async throws {
        var rules = LineRules()
        rules.mode = mode
        rules.grace = 5
        let chosen = rules
        _ = try await race(companies) { number in
            try await AssignmentStage.with(capacity: 2, chosen, isDurable: false) { stage in
                var company = try await Company(stage, seed: UInt64(number + 1))
                for _ in 0..<Self.steps { try await company.step() }
            }
            return true
        }
    }

    private static let steps =
        ProcessInfo.processInfo.environment["SWITCHBOARD_MODEL_STEPS"].flatMap { Int($0) } ?? 12_500
}
