import Foundation
import Postgres
import Realtime
import Redis

/// The agents of an account, as they are at work.
package struct Staff: Sendable {
    package struct View: Encodable, Sendable {
        package let id: Agent.ID
        package let name: String
        package let role: Role
        /// What they have said; offline, whatever that is, while none of their devices is there.
        package let availability: String
        package let online: Bool
        /// Conversations they have, and may have at most; those of some channels count less than one.
        package let load: Double
        package let capacity: Double
        package let skills: [String]
    }

    static let capacities = 0...1000

    let postgres: PostgresPool
    let redis: RedisClient
    let setup: AssignmentSetup

    /// All agents by name; a thousand at most.
    package func list(_ account: Account.ID, in cell: Cell) async throws -> [View] {
        let rows = try await postgres.query(
            """
            SELECT g.id, g.name, g.role, g.availability, coalesce(g.capacity, a.agent_capacity) AS capacity,
                array_to_string(g.skills, '+') AS skills
            FROM agents g JOIN accounts a ON a.id = g.account_id
            WHERE g.account_id = \(account.uuid) AND g.suspended_at IS NULL ORDER BY lower(g.name), g.id LIMIT 1000
            """, in: .account(account))
        let keys = AssignmentKeys(account: account, cell: cell)
        let states = try await redis.pipeline(
            try rows.map { row in
                let agent = Agent.ID(try row.decode("id", as: UUID.self))
                return ["HMGET", .string(keys.agent(agent)), "here", "chosen", "load"]
            })
        return try zip(rows, states).map { row, state in
            let live = state.array?.map(\.text) ?? [nil, nil, nil]
            let isHere = live[0] == "1"
            let chosen = try live[1] ?? row.decode("availability")
            return View(
                id: .init(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
                role: Role(rawValue: try row.decode("role")) ?? .agent,
                availability: isHere ? chosen : "offline", online: isHere,
                load: (live[2].flatMap { Double($0) } ?? 0) / Double(AssignmentRows.unit),
                capacity: Double(try row.decode("capacity", as: Int.self)),
                skills: try row.decode("skills", as: String.self).split(separator: "+").map(String.init))
        }
    }

    /// Changes what an agent may be given; nil stays as it is. Whoever has room by it gets at once what waits.
    ///
    /// Throws `SupportError.invalid` for `capacity` and `skills`.
    package func change(
        _ agent: Agent.ID, capacity: Int?, skills: [String]?, in account: Account.ID, _ cell: Cell
    ) async throws {
        if let capacity, !Self.capacities.contains(capacity) {
            throw SupportError.invalid(field: "capacity", "It is a number from 0 to 1000.")
        }
        if let skills, skills.count > 50 || !skills.allSatisfy(Line.isSkill) {
            throw SupportError.invalid(
                field: "skills", "At most 50, each of small letters, digits, _ and -, at most 32 long.")
        }
        let changed = try await postgres.query(
            """
            UPDATE agents SET capacity = coalesce(\(capacity), capacity),
                skills = CASE WHEN \(skills != nil) THEN string_to_array(\(Line.join(skills ?? [])), '+') ELSE skills END
            WHERE account_id = \(account.uuid) AND id = \(agent.uuid) RETURNING id
            """, in: .account(account))
        guard !changed.isEmpty else { throw SupportError.notFound("agent") }
        try await setup.prepare(account, in: cell)
    }
}
