import Logging
import Postgres
import Realtime
import Redis

/// Whether an agent takes conversations, as they say themselves, or their hours (`ShiftDuty`). On duty they are only while
/// one of their devices is.
package struct Availability: Sendable {
    package enum Status: String, Sendable {
        case online, busy, away

        /// Throws `SupportError.invalid` for `availability`.
        package init(named text: String) throws(SupportError) {
            guard let status = Status(rawValue: text) else {
                throw .invalid(field: "availability", "It is online, busy or away.")
            }
            self = status
        }
    }

    let redis: RedisClient
    let postgres: PostgresPool
    let scripts: AssignmentScripts
    let setup: AssignmentSetup
    let configuration: SupportConfiguration

    /// Sets it; who comes online gets at once what waits. Redis decides, so this works while PostgreSQL is away, which
    /// then learns of it with the next change.
    ///
    /// - Parameters:
    ///   - timer: that asks for it; if it was set anew meanwhile nothing happens.
    ///   - next: when it is to ask again; nil takes it away.
    package func set(
        _ status: Status, of agent: Agent.ID, account: Account.ID, in cell: Cell,
        because timer: DueTimer? = nil, next: Timestamp? = nil
    ) async throws {
        let keys = AssignmentKeys(account: account, cell: cell)
        for _ in 0..<3 {
            let reply = try await redis.evaluate(
                scripts.available, keys: [cell.state, keys.agent(agent), cell.timers, cell.timerNotes],
                arguments: [
                    .string(account.description), .string(agent.description), .string(status.rawValue),
                    configuration.deskOptions, .string(timer?.member ?? ""), .integer(timer?.due ?? 0),
                    .string(next.map { "\($0.milliseconds)" } ?? ""),
                ])
            switch reply.array?.first?.text {
            case "set": return try await note(status, of: agent, account)
            case "changed": return
            default: break
            }
            try await setup.prepare(account, in: cell)
        }
        throw SupportError.unavailable("Assignment is just being prepared; try again in a moment.")
    }

    private func note(_ status: Status, of agent: Agent.ID, _ account: Account.ID) async throws {
        do {
            try await postgres.query(
                """
                UPDATE agents SET availability = \(status.rawValue), availability_at = now()
                WHERE account_id = \(account.uuid) AND id = \(agent.uuid)
                """, in: .account(account))
        } catch {
            guard error.isTransient else { throw error }
            // Only used to make the desk anew after Redis was lost; the agent can say it again.
        }
    }
}
