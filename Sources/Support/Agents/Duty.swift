import Realtime
import Redis

/// How an agent stands at work, as they see it themselves: what they have said, what they have, what they are asked.
package struct Duty: Encodable, Sendable {
    /// A conversation that they are asked to take.
    package struct Offer: Encodable, Sendable {
        package let chatID: Chat.ID
        package let until: Timestamp
        /// Seconds left when this was read: it does not depend on the clock of who hears it.
        package let left: Double

        enum CodingKeys: String, CodingKey {
            case until
            case chatID = "chat_id"
            case left = "in_s"
        }
    }

    /// What they chose, whether one of their devices is there or not.
    package let availability: String
    /// Conversations they have or are offered, and may have at most; nil while the desk does not know.
    package let load: Double
    package let capacity: Double?
    /// In the order in which they end.
    package let offers: [Offer]

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(availability, forKey: .availability)
        try container.encode(load, forKey: .load)
        try container.encode(capacity, forKey: .capacity)
        try container.encode(offers, forKey: .offers)
    }

    enum CodingKeys: CodingKey { case availability, load, capacity, offers }
}

/// Reads `Duty` from Redis alone, in two questions however much the agent has.
package struct Duties: Sendable {
    let redis: RedisClient

    package func of(_ agent: AgentSession, at now: Timestamp) async throws -> Duty {
        let keys = AssignmentKeys(account: agent.accountID, cell: agent.cell)
        let key = keys.agent(agent.agentID)
        let answers = try await redis.pipeline([
            ["HMGET", .string(key), "chosen", "load", "capacity"],
            ["ZRANGE", .string(key + ":open"), "0", "-1"],
        ])
        let state = answers.first?.array?.map(\.text) ?? []
        func number(_ index: Int) -> Double? {
            (state.count > index ? state[index] : nil).flatMap(Double.init)
                .map { $0 / Double(AssignmentRows.unit) }
        }
        let held = answers.last?.array?.compactMap(\.text) ?? []
        return Duty(
            availability: (state.first ?? nil) ?? "online", load: number(1) ?? 0, capacity: number(2),
            offers: try await offers(among: held, to: agent.agentID, keys, at: now))
    }

    private func offers(
        among held: [String], to agent: Agent.ID, _ keys: AssignmentKeys, at now: Timestamp
    ) async throws -> [Duty.Offer] {
        guard !held.isEmpty else { return [] }
        let states = try await redis.pipeline(
            held.map { ["HMGET", .string(keys.chat($0)), "offered", "offer_until"] })
        return zip(held, states).compactMap { id, state in
            let fields = state.array?.map(\.text) ?? []
            guard fields.count == 2, fields[0] == agent.description, let chat = Chat.ID(id),
                let until = fields[1].flatMap(Timestamp.init(iso8601:))
            else { return nil }
            let left = Double(max(0, until.milliseconds - now.milliseconds)) / 1000
            return Duty.Offer(chatID: chat, until: until, left: left)
        }.sorted { $0.until.milliseconds < $1.until.milliseconds }
    }
}
