import Foundation
import Logging
import Postgres
import Realtime
import Redis

/// Makes the timers anew, from what PostgreSQL knows of open conversations, of chats that are not archived and of agents'
/// hours: for a Redis that came back empty, and once for an installation that had no timers.
///
/// What has been set meanwhile is newer and stays. What PostgreSQL does not know yet is in the journal, and will be
/// heard. Two workers that do this at once set the same.
package struct TimerRebuild: Sendable {
    private let timers: Timers
    private let times: InboxTimes
    private let rows: TimerRows
    private let shifts: Shifts
    private let journals: [Journal]
    private let logger: Logger

    package init(
        timers: Timers, times: InboxTimes, postgres: PostgresPool, journals: [Journal], logger: Logger
    ) {
        self.timers = timers
        self.times = times
        rows = TimerRows(postgres: postgres)
        shifts = Shifts(timers: timers, postgres: postgres)
        self.journals = journals
        self.logger = logger
    }

    /// - Parameter epoch: of the cell, or `none` if it has none: then one begins.
    package func run(in cell: Cell, epoch known: String) async throws {
        guard let journal = journals.first(where: { $0.cell == cell }) else { return }
        let epoch = known == "none" ? try await journal.epoch(orBegin: Epoch.fresh()) : known
        var after: UUID?
        var count = 0
        while true {
            let page = try await rows.chats(in: cell, after: after, limit: 500)
            var steps: [TimePolicy.Step] = []
            for standing in page {
                let times = try await times.find(standing.inbox, ofChat: standing.chat, at: .now())
                steps += standing.steps(times.rules, times.hours)
            }
            try await timers.take(steps, in: cell)
            count += steps.count
            guard page.count == 500, let last = page.last else { break }
            after = last.chat.chatID.uuid
        }
        for shift in try await shifts.rows.all(in: cell) {
            try await shifts.begin(shift, in: cell)
            count += 1
        }
        try await timers.built(epoch: epoch, in: cell)
        logger.notice("timers were made", metadata: ["cell": "\(cell.number)", "timers": "\(count)"])
    }
}

/// How a chat stands, as far as timers go.
struct TimerStanding: Sendable {
    struct Open: Sendable {
        let conversation: Conversation.ID
        /// Its first message.
        let began: (seq: Int, at: Timestamp)
        let isAnswered: Bool
        /// The contact's first message that nobody has answered.
        let waitingSince: (seq: Int, at: Timestamp)?
    }

    let chat: Chat.Address
    let inbox: Inbox.ID
    let last: (seq: Int, at: Timestamp, sender: Sender.Kind)
    let open: Open?

    func steps(_ rules: TimeRules, _ hours: Hours?) -> [TimePolicy.Step] {
        var steps: [TimePolicy.Step] = []
        func begin(_ kind: String, _ conversation: Conversation.ID?, _ setting: TimePolicy.Setting?) {
            guard let setting else { return }
            steps.append(.begin(SupportTimer(kind, chat, conversation), setting, unless: nil))
        }
        if let after = rules.archiveAfter {
            begin(
                TimePolicy.Kind.archive, nil, .init(due: last.at.adding(.seconds(after)), note: "\(last.seq)")
            )
        }
        guard let open else { return steps }
        begin(
            TimePolicy.Kind.resolution, open.conversation,
            TimePolicy.setting(rules.resolution, from: open.began.at, open.began.seq, hours))
        if let since = open.waitingSince {
            if open.isAnswered {
                begin(
                    TimePolicy.Kind.nextReply, open.conversation,
                    TimePolicy.setting(rules.nextReply, from: since.at, since.seq, hours))
            } else {
                let first = TimePolicy.setting(rules.firstReply, from: since.at, since.seq, hours)
                begin(
                    TimePolicy.Kind.firstReply, open.conversation,
                    first ?? (rules.nextReply == nil ? nil : .parked))
            }
        }
        if last.sender == .admin, let idle = rules.idle {
            begin(
                TimePolicy.Kind.idle, open.conversation, TimePolicy.idle(idle, from: last.at, last.seq))
        }
        return steps
    }
}
