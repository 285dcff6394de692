import Realtime
import Redis

/// Putting chats away and bringing them back. A chat whose contact writes again comes back by itself.
package struct Archive: Sendable {
    let redis: RedisClient
    let coldChats: ColdChats

    /// Returns whether anything changed.
    @discardableResult
    package func set(
        _ archived: Bool, _ chat: Chat.Address, by agent: AgentSession, at now: Timestamp
    ) async throws -> Bool {
        let reply = try await coldChats.warm(chat, for: .agent(agent), at: now) {
            try await redis.evaluate(
                coldChats.scripts.archive,
                keys: [chat.state, chat.cell.journal, chat.cell.state, chat.staffLog],
                arguments: [
                    .string(now.iso8601), archived ? "1" : "0", .string(agent.agentID.description),
                    .string(chat.staffChannel), .integer(coldChats.configuration.staffLogLength),
                ])
        }
        return reply.array?.first?.text == "changed"
    }
}
