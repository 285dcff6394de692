import Logging
import Metrics
import Realtime
import Redis
import ServiceLifecycle

/// Does what is due in the lines of a cell: offers that lapse, agents who stay away, places told anew, lines to be made.
///
/// All workers run one for each cell. What they do is one script each, in which the timer is taken and acted upon, so
/// that two of them, or one that dies, do nothing twice and leave nothing undone.
package struct AssignmentClock: Service {
    /// The longest sleep: so late may something be done that another process has put before the next that is due.
    private static let rest: Duration = .milliseconds(500)
    private static let sweepEvery = 30_000
    private static let most = 100

    private let cell: Cell
    private let redis: RedisClient
    private let scripts: AssignmentScripts
    private let setup: AssignmentSetup
    private let coldChats: ColdChats
    /// Ends a conversation: for which the line is full, that has waited too long, whose inbox is closed, or whose account is
    /// suspended.
    private let end: @Sendable (Chat.Address, _ cause: String) async throws -> Void
    private let logger: Logger
    private let repaired = Counter(label: "switchboard.assignment.repaired")

    init(
        cell: Cell, redis: RedisClient, scripts: AssignmentScripts, setup: AssignmentSetup,
        coldChats: ColdChats, logger: Logger,
        end: @escaping @Sendable (Chat.Address, String) async throws -> Void
    ) {
        (self.cell, self.redis, self.scripts, self.setup) = (cell, redis, scripts, setup)
        (self.coldChats, self.logger, self.end) = (coldChats, logger, end)
    }

    /// Returns after a graceful shutdown or when its task is cancelled.
    package func run() async {
        await cancelWhenGracefulShutdown {
            var swept = ContinuousClock.now
            while !Task.isCancelled {
                var pause = Self.rest
                do {
                    pause = min(pause, try await turn())
                    if swept.duration(to: .now) > .milliseconds(Self.sweepEvery / 2) {
                        swept = .now
                        try await sweepIfDue()
                    }
                } catch {
                    logger.notice("a turn of assignment failed", metadata: ["error": "\(error)"])
                }
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: pause)
            }
        }
    }

    /// Does what is due now. Returns how long nothing more is.
    func turn() async throws -> Duration {
        let reply = try await redis.evaluate(
            scripts.tick,
            keys: [cell.assignmentTimers, cell.state, cell.assignmentTodo, cell.assignmentCold],
            arguments: [.integer(Self.most), setup.configuration.deskOptions])
        guard let parts = reply.array, parts.count == 5 else { return Self.rest }
        for text in parts[2].array?.compactMap(\.text) ?? [] { try await end(text) }
        for text in parts[3].array?.compactMap(\.text) ?? [] { try await prepare(text) }
        for text in parts[4].array?.compactMap(\.text) ?? [] { try await warm(text) }
        let next = parts[1].int ?? -1
        return next < 0 ? Self.rest : .milliseconds(next)
    }

    /// `wait ACCOUNT CHAT`, `full ACCOUNT CHAT`, `closed ACCOUNT CHAT`
    private func end(_ text: String) async throws {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 3, let chat = address(words[1], words[2]) else { return }
        try await end(chat, words[0])
    }

    private func prepare(_ text: String) async throws {
        if let account = Account.ID(text) {
            try await setup.prepare(account, in: cell)
        }
        _ = try await redis.send(["SREM", .string(cell.assignmentTodo), .string(text)])
    }

    /// `ACCOUNT CHAT`: it is somebody's turn whose chat Redis does not know.
    private func warm(_ text: String) async throws {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 2, let chat = address(words[0], words[1]) {
            do {
                try await coldChats.warm(chat)
            } catch SupportError.notFound {
                logger.error("a chat that waits is nowhere", metadata: ["chat": "\(chat.chatID)"])
            }
        }
        _ = try await redis.send(["SREM", .string(cell.assignmentCold), .string(text)])
    }

    private func address(_ account: String, _ chat: String) -> Chat.Address? {
        guard let account = Account.ID(account), let chat = Chat.ID(chat) else { return nil }
        return Chat.Address(cell: cell, accountID: account, chatID: chat)
    }

    func sweepIfDue() async throws {
        let mine = try await redis.send([
            "SET", .string(cell.lease(of: "assignment-sweep")), "1", "NX", "PX", .integer(Self.sweepEvery),
        ])
        guard !mine.isNull else { return }
        var cursor = "0"
        repeat {
            let reply = try await redis.send([
                "SSCAN", .string(cell.assignmentAccounts), .string(cursor), "COUNT", 100,
            ])
            cursor = reply.array?.first?.text ?? "0"
            let accounts = (reply.array?.last?.array ?? []).compactMap { $0.text.flatMap { Account.ID($0) } }
            for account in try await setup.rows.suspended(among: accounts) { try await close(account) }
            for account in accounts {
                let count = try await sweep(account)
                if count > 0 {
                    repaired.increment(by: count)
                    logger.warning(
                        "assignment was repaired", metadata: ["account": "\(account)", "steps": "\(count)"])
                }
            }
        } while cursor != "0"
    }

    /// Nobody serves a suspended account any more: what is open there ends, and its agents hold nothing.
    func close(_ account: Account.ID) async throws {
        var last: Conversation.ID?
        repeat {
            let page = try await setup.rows.open(account, after: last, limit: Self.most)
            for open in page {
                try await end(Chat.Address(cell: cell, accountID: account, chatID: open.chat), "suspended")
            }
            last = page.last?.conversation
        } while last != nil
        try await setup.prepare(account, in: cell)
        _ = try await redis.send([
            "SREM", .string(cell.assignmentAccounts), .string(account.description),
        ])
    }

    /// Mends what was left undone in an account's lines; none is expected. Returns how much it was.
    @discardableResult
    package func sweep(_ account: Account.ID) async throws -> Int {
        var (repaired, lines, agents) = (0, "0", "0")
        repeat {
            let reply = try await redis.evaluate(
                scripts.sweep, keys: [cell.state, cell.presenceOnline],
                arguments: [
                    .string(account.description), setup.configuration.deskOptions, .integer(Self.most),
                    .string(lines), .string(agents),
                ])
            guard let parts = reply.array, parts.count == 4 else { break }
            repaired += parts[1].int ?? 0
            (lines, agents) = (parts[2].text ?? "0", parts[3].text ?? "0")
        } while lines != "0" || agents != "0"
        return repaired
    }
}

extension Ending {
    /// How a conversation ends that the lines give up.
    init(because cause: String) {
        switch cause {
        case "full": self.init(.timeout, by: .system, comment: "line_full")
        case "closed": self.init(.system, by: .system, comment: "inbox_closed")
        case "suspended": self.init(.system, by: .system, comment: "account_suspended")
        default: self.init(.timeout, by: .system, comment: "line_timeout")
        }
    }
}
