import Realtime
import Redis

/// Looks at an account's lines as a whole: how much waits, how much is held, and whether all that is kept of it agrees.
package struct AssignmentCheck: Sendable {
    package struct Report: Sendable, Equatable {
        package let waiting: Int
        package let held: Int
        /// Agents who have more than they can: a supervisor gave it to them, or their capacity was lowered.
        package let over: Int
        /// What does not agree, in words; none is expected. A hundred at most.
        package let faults: [String]
    }

    let redis: RedisClient
    let scripts: AssignmentScripts
    let configuration: SupportConfiguration

    /// Nil while the lines are not made. Costs as much as there is; for people and for tests.
    package func run(_ account: Account.ID, in cell: Cell) async throws -> Report? {
        let reply = try await redis.evaluate(
            scripts.check, keys: [cell.state],
            arguments: [.string(account.description), configuration.deskOptions])
        guard let parts = reply.array, parts.count >= 4 else { return nil }
        return Report(
            waiting: parts[1].int ?? 0, held: parts[2].int ?? 0, over: parts[3].int ?? 0,
            faults: parts.dropFirst(4).compactMap(\.text))
    }
}
