import Foundation
import NIOConcurrencyHelpers
import Postgres
import Realtime
import Redis
import Support

/// Agents with full hands and a long line: each conversation that ends makes room for the next one, in the same script
/// call. So conversations ended per second are conversations assigned per second.
struct AssignmentBench: Sendable {
    struct Result: Sendable {
        let assigned: Int
        let seconds: Double
        let latencies: [Double]
    }

    let house: House
    let agents: Int
    let waiting: Int
    private let account = Account.ID.new()
    private let inbox = Inbox.ID.new()
    private let cell = Cell(0)

    init(house: House, agents: Int, waiting: Int) {
        (self.house, self.agents, self.waiting) = (house, agents, waiting)
    }

    /// A company of so many agents, all at work with one conversation each, and so many who wait.
    func open() async throws -> [Chat.Address] {
        let staff = (0..<agents).map { _ in (login: Identifier<Login>.new(), agent: Agent.ID.new()) }
        let emails = staff.map { "\($0.login)@bench.invalid" }
        try await house.postgres.query([
            "INSERT INTO accounts (id, name, agent_capacity) VALUES (\(account.uuid), 'Bench', 1)",
            "INSERT INTO inboxes (account_id, id, name) VALUES (\(account.uuid), \(inbox.uuid), 'Bench')",
            """
            INSERT INTO logins (id, email, password_hash)
            SELECT id, email, 'none' FROM unnest(\(staff.map(\.login.uuid)), \(emails)) n (id, email)
            """,
            """
            INSERT INTO agents (account_id, id, login_id, name, role)
            SELECT \(account.uuid), id, login, 'Agent', 'agent'
            FROM unnest(\(staff.map(\.agent.uuid)), \(staff.map(\.login.uuid))) n (id, login)
            """,
        ])
        try await come(staff.map(\.agent))
        try await house.desk.assignmentSetup.prepare(account, in: cell)
        let chats = (0..<agents + waiting).map { _ in
            ContactSession(
                cell: cell, accountID: account, inboxID: inbox, contactID: .new(), chatID: .new())
        }
        try await eachOf(chats.count, at: 128) { number in
            let draft = try MessageDraft(content: "hello", clientID: nil, limit: 100)
            let session = chats[number]
            _ = try await house.desk.messages.send(
                draft, to: session.chat, from: .contact(session), at: .now())
        }
        return chats.map(\.chat)
    }

    private func come(_ agents: [Agent.ID]) async throws {
        var step = Presence.Step.begin
        for start in stride(from: 0, to: agents.count, by: 500) {
            let subjects = agents[start..<min(start + 500, agents.count)].flatMap { agent in
                let session = AgentSession(
                    cell: cell, loginID: .new(), accountID: account, agentID: agent, name: "Agent",
                    role: .agent)
                return Presence.subjects(of: .agent(session), in: nil)
            }
            _ = try await house.desk.presence.beat(
                step, as: "bench \(account)", in: cell, came: subjects, went: [])
            step = .beat
        }
    }

    /// Ends conversations that somebody has, `concurrency` at a time; each call assigns the next one.
    func run(_ chats: [Chat.Address], concurrency: Int) async throws -> Result {
        let latencies = NIOLockedValueBox<[Double]>([])
        let clock = ContinuousClock()
        let start = clock.now
        let count = chats.count
        try await eachOf(count, at: concurrency) { number in
            let begun = clock.now
            try await house.desk.endings.end(chats[number], Ending(.serviceEnded, by: .system), at: .now())
            let took = (clock.now - begun) / .milliseconds(1)
            latencies.withLockedValue { $0.append(took) }
        }
        return Result(
            assigned: count, seconds: (clock.now - start) / .seconds(1),
            latencies: latencies.withLockedValue { $0 })
    }

    /// How long it takes until both screens know, one after the other, while all others wait.
    func listen(_ samples: Int) async throws -> [Double] {
        let line = Line(inbox: inbox)
        guard let agent = try await house.desk.staff.list(account, in: cell).first,
            let next = try await house.desk.lines.page(of: line.name, account, in: cell, offset: 0, limit: 1)
                .first
        else { return [] }
        // One agent may have one more: who is first in line is given to them, and begins the chain.
        try await house.desk.staff.change(agent.id, capacity: 2, skills: nil, in: account, cell)
        let first = Chat.Address(cell: cell, accountID: account, chatID: next.chatID)
        return try await AssignmentEars(house).listen(samples, from: first, in: line)
    }

    /// The faults that a look at everything finds; none is expected.
    func faults() async throws -> [String] {
        try await house.desk.assignmentCheck.run(account, in: cell)?.faults ?? ["the lines are not made"]
    }

    private func eachOf(
        _ count: Int, at concurrency: Int, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<min(concurrency, count) {
                group.addTask {
                    for number in stride(from: lane, to: count, by: concurrency) { try await body(number) }
                }
            }
            try await group.waitForAll()
        }
    }
}
