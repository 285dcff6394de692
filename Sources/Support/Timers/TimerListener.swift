import Postgres
import Realtime
import Redis

/// Sets timers by what has happened: off the way of messages, some milliseconds after them.
///
/// Hearing a fact twice does no harm: what has had its turn stays where it is, and what is set again finds, when it is
/// due, that it was told before.
package struct TimerListener: FactListener {
    private let timers: Timers
    private let times: InboxTimes

    package init(timers: Timers, times: InboxTimes) {
        self.timers = timers
        self.times = times
    }

    package func heard(_ facts: [Fact]) async throws {
        guard let cell = facts.first?.cell else { return }
        var steps: [TimePolicy.Step] = []
        for fact in facts {
            switch fact.kind {
            case .messageCreated:
                let (rules, hours) = try await rules(for: fact)
                steps += TimePolicy.steps(fact, rules, hours)
            case .conversationEnded, .chatArchived: steps += TimePolicy.steps(fact, .standard, nil)
            default: continue
            }
        }
        if !steps.isEmpty { try await timers.take(steps, in: cell) }
    }

    /// While PostgreSQL is away an inbox that is not known here counts as one without settings: chats go on.
    private func rules(for fact: Fact) async throws -> (TimeRules, Hours?) {
        do {
            let times = try await times.find(
                fact.inboxID ?? fact.about?.inboxID, ofChat: fact.chat, at: .now())
            return (times.rules, times.hours)
        } catch let error as PostgresError {
            guard error.isTransient else { throw error }
            return (.standard, nil)
        }
    }
}
