import Redis
import Secrets

/// Single-use tickets for the socket, so that no lasting token ever stands in a URL or a proxy's log.
package struct Tickets: Sendable {
    private let redis: RedisClient
    /// Seconds that a ticket may wait before it is used.
    private let lifetime = 30

    package init(redis: RedisClient) { self.redis = redis }

    package func issue(for principal: Principal) async throws -> String {
        let ticket = RandomToken.make(bytes: 24)
        _ = try await redis.send(
            ["SET", .string(key(ticket)), .string(try principal.stored()), "EX", .integer(lifetime)])
        return ticket
    }

    /// Whose ticket it is; a second use finds nothing, as the first has taken it away.
    package func redeem(_ ticket: String) async throws -> Principal {
        guard let found = try await redis.send(["GETDEL", .string(key(ticket))]).bytes else {
            throw SupportError.unauthorized(
                code: "invalid_ticket", "The ticket is unknown, expired or used; ask for a new one.")
        }
        return try Principal(stored: found)
    }

    /// Redis holds a digest only: whoever can read its keys cannot use what they read.
    private func key(_ ticket: String) -> String { "ticket:\(Digest.sha256Hex(ticket))" }
}
