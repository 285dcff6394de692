import Foundation
import Postgres
import Realtime

/// The hours of agents: when they are available and when they are away, without saying so themselves each day.
///
/// A timer per agent, `shift ACCOUNT AGENT`, is set to the next moment at which their hours begin or end. What they say
/// by hand counts until then.
package struct Shifts: Sendable {
    /// Of one agent, as PostgreSQL has them.
    struct Shift: Sendable {
        let account: Account.ID
        let agent: Agent.ID
        let hours: Hours
        /// Since when they are, or are not, available.
        let since: Timestamp
    }

    let timers: Timers
    let rows: ShiftRows

    package init(timers: Timers, postgres: PostgresPool) {
        self.timers = timers
        rows = ShiftRows(postgres: postgres)
    }

    /// Nil = the agent alone says when they are available. Throws `SupportError.notFound`.
    package func hours(of agent: Agent.ID, for colleague: AgentSession) async throws -> HoursDocument? {
        guard let stored = try await rows.document(of: agent, in: colleague.accountID) else {
            throw SupportError.notFound("agent")
        }
        return stored.hours
    }

    /// Supervisors alone. The agent is what their hours say within a second; without hours they stay as they are.
    ///
    /// Throws `SupportError.invalid` with the member that is wrong, `.notFound`.
    package func set(
        _ hours: HoursDocument?, of agent: Agent.ID, by colleague: AgentSession, at now: Timestamp
    ) async throws {
        try colleague.require(.supervisor)
        _ = try hours?.hours()
        guard try await rows.set(hours, of: agent, in: colleague.accountID) else {
            throw SupportError.notFound("agent")
        }
        try await timers.set(
            ShiftDuty.timer(colleague.accountID, agent), to: hours == nil ? nil : now, in: colleague.cell)
    }

    /// For a Redis that has no timers: the change that is due since the agent, or their hours, have spoken last.
    func begin(_ shift: Shift, in cell: Cell) async throws {
        guard let next = shift.hours.nextChange(after: shift.since) else { return }
        try await timers.set(
            ShiftDuty.timer(shift.account, shift.agent), to: next, in: cell, ifAbsent: true)
    }
}

/// An agent's hours begin or end.
struct ShiftDuty: TimerDuty {
    static let kind = "shift"
    let kinds = [ShiftDuty.kind]
    let timers: Timers
    let shifts: Shifts
    let availability: Availability

    static func timer(_ account: Account.ID, _ agent: Agent.ID) -> String { "\(kind) \(account) \(agent)" }

    func perform(_ timer: DueTimer, at now: Timestamp) async throws {
        let words = timer.member.split(separator: " ").map(String.init)
        guard words.count == 3, let account = Account.ID(words[1]), let agent = Agent.ID(words[2]),
            let shift = try await shifts.rows.find(agent, in: account)
        else {
            try await timers.move(timer, to: nil)  // dismissed, or without hours by now
            return
        }
        try await availability.set(
            shift.hours.isOpen(at: now) ? .online : .away, of: agent, account: account, in: timer.cell,
            because: timer, next: shift.hours.nextChange(after: now))
    }
}
