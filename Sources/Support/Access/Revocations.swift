import Logging
import NIOCore
import Redis

/// The news that a login token is worth nothing any more, as every gateway hears it.
///
/// Redis keeps none of it: what is said while the connection is away is missed, so whoever listens looks up its logins
/// again now and then (`Logins.confirm`).
package final class Revocations: Sendable {
    /// The digests of the tokens, as `AgentSession.tokenDigest`; it ends with `shutdown`.
    package let tokens: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let subscriber: RedisSubscriber

    package init(redis: RedisConfiguration, group: any EventLoopGroup, logger: Logger) {
        let (tokens, continuation) = AsyncStream.makeStream(of: String.self)
        self.tokens = tokens
        self.continuation = continuation
        subscriber = RedisSubscriber(
            redis, group: group, logger: logger,
            onMessages: { messages in
                for token in messages.compactMap({ Revocation.token(in: $0.payload) }) {
                    continuation.yield(token)
                }
            },
            onReconnect: { _ in })
    }

    /// Returns once they are heard. Asking again is harmless, and needed after an error only.
    package func listen() async throws(RedisError) {
        try await subscriber.subscribe([Revocation.channel])
    }

    package func shutdown() async {
        continuation.finish()
        await subscriber.shutdown()
    }
}
