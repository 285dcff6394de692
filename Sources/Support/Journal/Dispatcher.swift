import Foundation
import Logging
import Realtime
import Redis

/// Somebody who wants to know what happened: notifications, webhooks, automation, reports.
///
/// A listener turns facts into jobs whose ids follow from the facts, because after a crash it hears the same
/// facts again.
package protocol FactListener: Sendable {
    func heard(_ facts: [Fact]) async throws
}

/// Hands each fact of the journal to the listeners, at least once and in order.
package struct Dispatcher: JournalConsumer {
    package static let name = "dispatcher"

    private let journal: Journal
    private let listeners: [any FactListener]
    private let logger: Logger

    package init(journal: Journal, listeners: [any FactListener], logger: Logger) {
        self.journal = journal
        self.listeners = listeners
        self.logger = logger
    }

    package func resume() async throws -> String {
        try await journal.position(of: Self.name) ?? "0-0"
    }

    package func consume(_ entries: [JournalEntry], after position: String) async throws {
        // The persister sets aside what cannot be read; here it says nothing to anybody.
        let facts = entries.compactMap { try? Fact($0, in: journal.cell) }
        for listener in listeners { try await listener.heard(facts) }
    }
}
