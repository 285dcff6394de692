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
        try await set(archived, chat, for: .agent(agent), who: "\"\(agent.agentID)\"", nil, now)
    }

    /// Puts a chat away on behalf of a timer.
    func archive(_ chat: Chat.Address, because cause: Endings.Cause, at now: Timestamp) async throws {
        _ = try await set(true, chat, for: nil, who: "null", cause, now)
    }

    private func set(
        _ archived: Bool, _ chat: Chat.Address, for caller: Principal?, who: String, _ cause: Endings.Cause?,
        _ now: Timestamp
    ) async throws -> Bool {
        let reply = try await coldChats.warm(chat, for: caller, at: now) {
            try await redis.evaluate(
                coldChats.scripts.archive,
                keys: [
                    chat.state, chat.cell.journal, chat.cell.state, chat.staffLog, chat.cell.timers,
                    chat.cell.timerNotes,
                ],
                arguments: [
                    .string(now.iso8601), archived ? "1" : "0", .string(who), .string(chat.staffChannel),
                    .integer(coldChats.configuration.staffLogLength), .string(cause?.timer ?? ""),
                    .integer(cause?.due ?? 0), .integer(cause?.newestSeq ?? -1),
                ])
        }
        return reply.array?.first?.text == "changed"
    }
}
