import Realtime
import Redis

/// Telling chats up to where PostgreSQL has their messages: the second receipt (DESIGN, promise 1).
package struct Announcements: Sendable {
    private let redis: RedisClient
    private let script: RedisScript
    private let configuration: SupportConfiguration

    init(redis: RedisClient, scripts: ChatScripts, configuration: SupportConfiguration) {
        self.redis = redis
        script = scripts.persisted
        self.configuration = configuration
    }

    /// One call per chat, all of them in one go.
    func announce(_ persisted: [FactFold.Persisted]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for persisted in persisted {
                let (chat, seq) = (persisted.chat, persisted.seq)
                group.addTask {
                    _ = try await redis.evaluate(
                        script, keys: [chat.state, chat.history, chat.clients, chat.cell.state],
                        arguments: [
                            .integer(seq), .integer(Int(configuration.chatIdleExpiry.components.seconds)),
                            .integer(configuration.rememberedClientIDs), .string(chat.channel),
                        ])
                }
            }
            try await group.waitForAll()
        }
    }
}
