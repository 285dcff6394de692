import Foundation
import Logging
import Realtime
import Redis

/// Makes an account's lines in Redis from what PostgreSQL knows: at first, when somebody was hired or a rule changed, and
/// after Redis was lost, with all open conversations at their old places.
///
/// Each step is a script that may be repeated, so it does not matter who does this, how often, or where it was cut
/// short. Until the last step nobody is assigned by what is not yet whole.
package struct AssignmentSetup: Sendable {
    private static let page = 500
    private static let lease: Duration = .seconds(30)

    let redis: RedisClient
    let scripts: AssignmentScripts
    let rows: AssignmentRows
    let configuration: SupportConfiguration

    /// Brings the lines up to date. When another process is at it, waits a little for that one instead.
    ///
    /// Throws `.unavailable` while PostgreSQL is away or Redis's own loss is being mended.
    package func prepare(_ account: Account.ID, in cell: Cell) async throws {
        let keys = AssignmentKeys(account: account, cell: cell)
        let token = Epoch.fresh()
        let taken = try await redis.send([
            "SET", .string(keys.setup), .string(token), "NX", "PX", .integer(Self.lease.milliseconds),
        ])
        guard !taken.isNull else { return try await Task.sleep(for: .milliseconds(50)) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await make(keys))
        } catch {
            result = .failure(error)
        }
        if try await redis.send(["GET", .string(keys.setup)]).text == token {
            _ = try await redis.send(["DEL", .string(keys.setup)])
        }
        if case .failure(let error as any TransientError) = result, error.isTransient {
            throw SupportError.unavailable("Assignment cannot be prepared at the moment; try again soon.")
        }
        try result.get()
    }

    private func make(_ keys: AssignmentKeys) async throws {
        let plan = try await rows.plan(of: keys.account)
        _ = try await redis.send(["HSETNX", .string(keys.cell.state), "epoch", .string(Epoch.fresh())])
        let isReady = try await isReady(keys)
        if !isReady {
            while try await restore("", keys) > 0 {}
        }
        var lines = Set(plan.offices.keys.map { Line(inbox: $0) })
        lines.formUnion(try await wanted(keys))
        if !isReady { lines.formUnion(try await openLines(keys)) }
        lines = lines.filter { plan.offices[$0.inbox] != nil }

        try await configure(Brought(lines: lines.map { Brought.line($0, plan) }), keys)
        let agents = Brought.agents(of: plan, serving: lines)
        for start in stride(from: 0, to: agents.count, by: Self.page) {
            let page = agents[start..<min(start + Self.page, agents.count)]
            try await configure(Brought(agents: Array(page)), keys)
        }
        if !isReady { try await restoreOpen(keys) }

        let known = try await redis.send(["SMEMBERS", .string(keys.agents)]).array?.compactMap(\.text) ?? []
        let gone = known.filter { Agent.ID($0).map { plan.members[$0] == nil } ?? true }
        try await configure(Brought(gone: gone), keys)
        var left = try await configure(Brought(ready: "1"), keys)
        while left > 0 {
            let now = try await configure(Brought(ready: "1"), keys)
            if now >= left { break }  // they wait for a line that only the next round knows
            left = now
        }
    }

    private func isReady(_ keys: AssignmentKeys) async throws -> Bool {
        let replies = try await redis.pipeline([
            ["HGET", .string(keys.cell.state), "epoch"], ["HGET", .string(keys.state), "epoch"],
        ])
        return replies[0].text != nil && replies[0].text == replies[1].text
    }

    /// Lines that there are, and those that somebody has arrived for.
    private func wanted(_ keys: AssignmentKeys) async throws -> Set<Line> {
        let replies = try await redis.pipeline([
            ["SMEMBERS", .string(keys.lines)],
            ["ZRANGE", .string(keys.arrivals), 0, .integer(9999)],
        ])
        let arrivals = replies[1].array?.compactMap(\.text) ?? []
        let named = try await redis.pipeline(arrivals.map { ["HGET", .string(keys.chat($0)), "line"] })
        let names = (replies[0].array?.compactMap(\.text) ?? []) + named.compactMap(\.text)
        return Set(names.compactMap(Line.init(name:)))
    }

    private func openLines(_ keys: AssignmentKeys) async throws -> Set<Line> {
        var lines: Set<Line> = []
        try await eachPage(of: keys) { page in lines.formUnion(page.map(\.line)) }
        return lines
    }

    private func restoreOpen(_ keys: AssignmentKeys) async throws {
        try await eachPage(of: keys) { page in
            let entries = page.map { open in
                var entry = [
                    "chat": open.chat.description, "line": open.line.name, "score": "\(open.score)",
                ]
                if open.isActive, let assignee = open.assignee { entry["agent"] = assignee.description }
                return entry
            }
            _ = try await restore(String(decoding: JSONEncoder().encode(entries), as: UTF8.self), keys)
        }
    }

    private func eachPage(
        of keys: AssignmentKeys, _ body: ([AssignmentRows.Open]) async throws -> Void
    ) async throws {
        var last: Conversation.ID?
        repeat {
            let page = try await rows.open(keys.account, after: last, limit: Self.page)
            try await body(page)
            last = page.count == Self.page ? page.last?.conversation : nil
        } while last != nil
    }

    /// Returns what is left to be cleared away.
    private func restore(_ entries: String, _ keys: AssignmentKeys) async throws -> Int {
        let reply = try await redis.evaluate(
            scripts.restore, keys: [keys.cell.state],
            arguments: [
                .string(keys.account.description), configuration.deskOptions, .string(entries),
                .integer(Self.page),
            ])
        return reply.array?.first?.text == "cleared" ? reply.array?.last?.int ?? 0 : 0
    }

    /// Returns how many arrivals still wait.
    @discardableResult
    private func configure(_ brought: Brought, _ keys: AssignmentKeys) async throws -> Int {
        let reply = try await redis.evaluate(
            scripts.configure, keys: [keys.cell.state, keys.cell.presenceOnline],
            arguments: [
                .string(keys.account.description), configuration.deskOptions,
                .string(String(decoding: try JSONEncoder().encode(brought), as: UTF8.self)),
                .integer(100),
            ])
        guard reply.array?.first?.text == "configured" else {
            throw SupportError.unavailable("Messages are being brought to safety; try again in a moment.")
        }
        return reply.array?.last?.int ?? 0
    }
}
