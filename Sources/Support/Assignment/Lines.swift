import Realtime
import Redis

/// The lines of an account as supervisors see them.
package struct Lines: Sendable {
    package struct View: Encodable, Sendable {
        package let id: String
        package let inboxID: Inbox.ID
        package let teamID: Team.ID?
        package let skills: [String]
        package let mode: LineRules.Mode
        package let waiting: Int
        /// Since when the first one waits.
        package let firstSince: Timestamp?
        /// How many agents have room for one more at this moment.
        package let ready: Int
        /// Seconds between two who are served, of late; nil when that is not known yet.
        package let pace: Double?

        enum CodingKeys: String, CodingKey {
            case id, skills, mode, waiting, ready
            case inboxID = "inbox_id"
            case teamID = "team_id"
            case firstSince = "first_since"
            case pace = "pace_s"
        }
    }

    package struct Entry: Encodable, Sendable {
        package let chatID: Chat.ID
        package let position: Int
        package let since: Timestamp?
        package let priority: String
        package let skills: [String]

        enum CodingKeys: String, CodingKey {
            case position, since, priority, skills
            case chatID = "chat_id"
        }
    }

    let redis: RedisClient

    /// All lines, the longest first.
    package func list(_ account: Account.ID, in cell: Cell) async throws -> [View] {
        let keys = AssignmentKeys(account: account, cell: cell)
        let names = try await redis.send(["SMEMBERS", .string(keys.lines)]).array?.compactMap(\.text) ?? []
        let lines = names.compactMap { name in Line(name: name).map { (name, $0) } }
        let replies = try await redis.pipeline(
            lines.flatMap { name, _ -> [RedisCommand] in
                [
                    ["HMGET", .string(keys.line(name)), "mode", "pace"],
                    ["ZCARD", .string(keys.waiting(name))], ["ZRANGE", .string(keys.waiting(name)), 0, 0],
                    ["ZCARD", .string(keys.line(name) + ":ready")],
                ]
            })
        let heads = try await redis.pipeline(
            lines.indices.map { index in
                let head = replies[index * 4 + 2].array?.first?.text ?? ""
                return ["HGET", .string(keys.chat(head)), "opened_at"]
            })
        let views = lines.enumerated().map { index, line in
            let rules = replies[index * 4].array ?? []
            return View(
                id: line.0, inboxID: line.1.inbox, teamID: line.1.team, skills: line.1.skills,
                mode: rules.first?.text.flatMap(LineRules.Mode.init(rawValue:)) ?? .automatic,
                waiting: replies[index * 4 + 1].int ?? 0,
                firstSince: heads[index].text.flatMap(Timestamp.init(iso8601:)),
                ready: replies[index * 4 + 3].int ?? 0,
                pace: rules.last?.text.flatMap { Double($0) }.map { $0 / 1000 })
        }
        return views.sorted { ($0.waiting, $1.id) > ($1.waiting, $0.id) }
    }

    /// Who waits in a line, first come first; `.notFound` when there is no such line.
    package func page(
        of name: String, _ account: Account.ID, in cell: Cell, offset: Int, limit: Int
    ) async throws -> [Entry] {
        let keys = AssignmentKeys(account: account, cell: cell)
        let replies = try await redis.pipeline([
            ["SISMEMBER", .string(keys.lines), .string(name)],
            [
                "ZRANGE", .string(keys.waiting(name)), .integer(max(0, offset)),
                .integer(max(0, offset) + min(max(1, limit), 100) - 1),
            ],
        ])
        guard replies[0].int == 1 else { throw SupportError.notFound("line") }
        let chats = replies[1].array?.compactMap(\.text) ?? []
        let states = try await redis.pipeline(
            chats.map { ["HMGET", .string(keys.chat($0)), "opened_at", "priority", "skills"] })
        return zip(chats, states).enumerated().compactMap { index, pair in
            guard let chat = Chat.ID(pair.0) else { return nil }
            let state = pair.1.array ?? []
            func text(_ place: Int) -> String? { state.count > place ? state[place].text : nil }
            let priority = text(1).flatMap { Int($0) }.flatMap(Conversation.Priority.init(rawValue:))
            return Entry(
                chatID: chat, position: max(0, offset) + index + 1,
                since: text(0).flatMap(Timestamp.init(iso8601:)), priority: (priority ?? .normal).name,
                skills: (text(2) ?? "").split(separator: "+").map(String.init))
        }
    }
}
