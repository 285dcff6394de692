import Logging
import NIOCore
import NIOPosix
import Redis
import TestSupport
import Testing

/// Loops for all tests of this room.
let loops: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` with a server of its own and a client for it.
func withRedis(
    _ options: [String] = [], commandTimeout: Duration? = .seconds(5),
    reconnectPatience: Duration = .seconds(1), _ body: (PrivateRedis, RedisClient) async throws -> Void
) async throws {
    try await PrivateRedis.run(options) { redis in
        var configuration = try RedisConfiguration(url: redis.url)
        configuration.commandTimeout = commandTimeout
        configuration.reconnectPatience = reconnectPatience
        try await withClient(configuration) { try await body(redis, $0) }
    }
}

func withClient(
    _ configuration: RedisConfiguration, _ body: (RedisClient) async throws -> Void
) async throws {
    let client = RedisClient(configuration, group: loops, logger: quiet)
    do {
        try await body(client)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
}

/// The error that `body` throws, or nil.
func failure<T>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> T
) async -> RedisError? {
    do {
        _ = try await body()
        return nil
    } catch {
        if let error = error as? RedisError { return error }
        Issue.record(error, sourceLocation: sourceLocation)
        return nil
    }
}

extension RedisClient {
    /// `send` with an untyped error, the only kind that `#expect` can pass on.
    func ask(_ command: RedisCommand) async throws -> RESPValue { try await send(command) }

    /// Whether Redis answers now.
    func isAnswered() async -> Bool {
        await failure { try await send(["PING"]) } == nil
    }

    /// Whether Redis says that a client blocks.
    func seesBlockedClient() async throws -> Bool {
        try await send(["INFO", "clients"]).text?.contains("blocked_clients:1") == true
    }
}
