import Realtime
import Redis
import Secrets

/// Token buckets in Redis, shared by all gateways.
package struct RateLimits: Sendable {
    private let redis: RedisClient
    private let take: RedisScript

    package init(redis: RedisClient, scripts: ScriptLibrary) throws(RedisError) {
        self.redis = redis
        take = try scripts.script("limits/take")
    }

    /// Takes one token, or throws `SupportError.limited`.
    ///
    /// - Parameter bucket: what is limited, `login:address:203.0.113.7`. Redis sees a digest of it, as it may hold
    ///   somebody's address, or whatever a stranger typed.
    package func take(_ limit: RateLimit, from bucket: String, at now: Timestamp) async throws {
        let reply = try await redis.evaluate(
            take, keys: [Cell(0).key("rate:\(Digest.sha256Hex(bucket).prefix(32))")],
            arguments: [.integer(now.milliseconds), .integer(limit.interval), .integer(limit.burst)])
        if reply.array?.first?.text == "limited" {
            throw SupportError.limited(retryAfter: reply.array?.last?.int ?? limit.interval)
        }
    }
}
