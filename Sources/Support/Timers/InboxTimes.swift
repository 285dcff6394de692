import Foundation
import NIOConcurrencyHelpers
import Postgres
import Realtime

/// The hours and time rules of inboxes: reading them, remembered for some seconds, and setting them.
package final class InboxTimes: Sendable {
    package struct Times: Sendable {
        package let rules: TimeRules
        /// Nil = always open.
        package let hours: Hours?
    }

    /// How long a worker may go by older settings.
    static let memory: Duration = .seconds(5)

    private let rows: InboxTimeRows
    private struct Key: Hashable {
        let account: Account.ID
        let inbox: Inbox.ID
    }
    private let known = NIOLockedValueBox<[Key: (times: Times, at: Timestamp)]>([:])
    private let inboxes = NIOLockedValueBox<[Chat.Address: Inbox.ID]>([:])

    package init(postgres: PostgresPool) { rows = InboxTimeRows(postgres: postgres) }

    /// - Parameter inbox: nil when only the chat is known.
    func find(_ inbox: Inbox.ID?, ofChat chat: Chat.Address, at now: Timestamp) async throws -> Times {
        let inbox = if let inbox { inbox } else { try await self.inbox(of: chat) }
        guard let inbox else { return Times(rules: .standard, hours: nil) }
        let key = Key(account: chat.accountID, inbox: inbox)
        let held = known.withLockedValue { $0[key] }
        if let held, now < held.at.adding(Self.memory) { return held.times }
        let stored: InboxTimeRows.Stored?
        do {
            stored = try await rows.find(inbox, of: chat.accountID)
        } catch {
            if let held, error.isTransient { return held.times }
            throw error
        }
        let times = Times(
            rules: stored?.rules ?? .standard, hours: try stored?.hours.map { try $0.hours() } ?? nil)
        known.withLockedValue { known in
            if known.count >= 10_000 { known.removeAll() }
            known[key] = (times, now)
        }
        return times
    }

    private func inbox(of chat: Chat.Address) async throws -> Inbox.ID? {
        if let inbox = inboxes.withLockedValue({ $0[chat] }) { return inbox }
        let inbox = try await rows.inbox(of: chat)
        inboxes.withLockedValue { inboxes in
            if inboxes.count >= 10_000 { inboxes.removeAll() }
            inboxes[chat] = inbox
        }
        return inbox
    }

    // MARK: Settings

    /// Nil = always open. Throws `SupportError.notFound`.
    package func hours(of inbox: Inbox.ID, for agent: AgentSession) async throws -> HoursDocument? {
        try await stored(inbox, agent).hours
    }

    package func rules(of inbox: Inbox.ID, for agent: AgentSession) async throws -> TimeRules {
        try await stored(inbox, agent).rules
    }

    private func stored(_ inbox: Inbox.ID, _ agent: AgentSession) async throws -> InboxTimeRows.Stored {
        guard let stored = try await rows.find(inbox, of: agent.accountID) else {
            throw SupportError.notFound("inbox")
        }
        return stored
    }

    /// Administrators alone. Timers that are set already stay as they are.
    package func set(_ hours: HoursDocument?, of inbox: Inbox.ID, by agent: AgentSession) async throws {
        try agent.require(.administrator)
        _ = try hours?.hours()
        guard try await rows.set(hours: hours, of: inbox, in: agent.accountID) else {
            throw SupportError.notFound("inbox")
        }
    }

    package func set(_ rules: TimeRules, of inbox: Inbox.ID, by agent: AgentSession) async throws {
        try agent.require(.administrator)
        try rules.check()
        guard try await rows.set(rules: rules, of: inbox, in: agent.accountID) else {
            throw SupportError.notFound("inbox")
        }
    }
}
