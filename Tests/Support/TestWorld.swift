import Foundation
import Logging
import NIOCore
import NIOPosix
import Postgres
import Realtime
import Redis
import Secrets
import Support

/// A Redis and a migrated database that belong together.
///
/// Most tests share one world, that of REDIS_URL and DATABASE_URL, and are kept apart by a fresh account each.
/// Whoever kills or empties a server makes a private one, so that nobody else notices.
package struct TestWorld: Sendable {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    package let redis: RedisClient
    package let postgres: PostgresPool
    package let redisURL: String

    /// The folder of the project.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)

    package static let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    package static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// Cheap on purpose: what is tested is who gets in, not how long a guess takes.
    package static let passwords = PasswordHasher(cost: .init(logN: 4), maxWaiting: 100_000)
    package static let keyring = Result {
        Keyring(current: try MasterKey(String(repeating: "5a", count: 32)))
    }
    private static let library = Result { try ScriptLibrary(directory: "\(root)/lua") }

    package static func scripts() throws -> ScriptLibrary { try library.get() }

    /// The world of REDIS_URL and DATABASE_URL, migrated once for all tests of the process.
    package static func shared() async throws -> TestWorld { try await sharedTask.value }

    private static let sharedTask = Task {
        let world = TestWorld(
            redisURL: try variable("REDIS_URL"),
            redis: try RedisConfiguration(url: try variable("REDIS_URL")),
            postgres: try postgres(try variable("DATABASE_URL"), size: 8))
        try await world.redis.load(try scripts())
        try await Migrator(directory: "\(root)/sql/migrations").run(on: world.postgres)
        return world
    }

    private init(redisURL: String, redis: RedisConfiguration, postgres: PostgresConfiguration) {
        self.redisURL = redisURL
        self.redis = RedisClient(redis, group: Self.group, logger: Self.quiet)
        self.postgres = PostgresPool(postgres, logger: Self.quiet)
    }

    package static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw Missing(
                description: "\(name) is not set: bin/test starts servers for the tests and sets it")
        }
        return value
    }

    private static func postgres(_ url: String, size: Int) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = size
        configuration.waitLimit = .seconds(60)  // many tests share the machine
        return configuration
    }

    // MARK: Private worlds

    /// A few at a time: each is a server, a database and their connections.
    private static let privateWorlds = Turnstile(3)

    /// A world with a Redis of its own and an empty database of its own on the shared server.
    package static func withPrivate<Value: Sendable>(
        redis options: [String] = ["--appendonly", "yes", "--appendfsync", "always"],
        _ body: @Sendable (TestWorld, PrivateRedis) async throws -> Value
    ) async throws -> Value {
        try await privateWorlds.pass {
            try await withDatabase { database in
                try await PrivateRedis.run(options) { redis in
                    try await with(redis.url, database) { try await body($0, redis) }
                }
            }
        }
    }

    /// A world whose Redis is a cluster.
    package static func withCluster<Value: Sendable>(
        replicas: Int = 0, nodeTimeout: Duration = .seconds(5),
        _ body: @Sendable (TestWorld, PrivateRedisCluster) async throws -> Value
    ) async throws -> Value {
        try await privateWorlds.pass {
            try await withDatabase { database in
                try await PrivateRedisCluster.run(replicas: replicas, nodeTimeout: nodeTimeout) { cluster in
                    try await with(cluster.url, database) { try await body($0, cluster) }
                }
            }
        }
    }

    /// An empty database on the shared server.
    private static func withDatabase<Value: Sendable>(
        _ body: (PostgresConfiguration) async throws -> Value
    ) async throws -> Value {
        let owner = try await shared().postgres
        let name = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await owner.query("CREATE DATABASE \(raw: name)")
        let result: Result<Value, any Error>
        do {
            guard var url = URLComponents(string: try variable("DATABASE_URL")) else {
                throw Missing(description: "DATABASE_URL is no URL")
            }
            url.path = "/\(name)"
            result = .success(try await body(try postgres(url.string ?? "", size: 3)))
        } catch {
            result = .failure(error)
        }
        try await owner.query("DROP DATABASE \(raw: name)")
        return try result.get()
    }

    /// A world whose Redis and whose PostgreSQL may both be stopped.
    package static func withMortal<Value: Sendable>(
        _ body: @Sendable (TestWorld, PrivateRedis, PrivatePostgres) async throws -> Value
    ) async throws -> Value {
        try await privateWorlds.pass {
            try await PrivatePostgres.with { server in
                try await PrivateRedis.run(["--appendonly", "yes"]) { redis in
                    var database = try postgres(server.url, size: 3)
                    database.waitLimit = .seconds(3)
                    database.reconnectDelay = .milliseconds(20)...(.milliseconds(100))
                    return try await with(redis.url, database) { try await body($0, redis, server) }
                }
            }
        }
    }

    private static func with<Value: Sendable>(
        _ url: String, _ database: PostgresConfiguration, _ body: (TestWorld) async throws -> Value
    ) async throws -> Value {
        var redis = try RedisConfiguration(url: url)
        redis.commandTimeout = .seconds(2)  // for tests that wait for it
        let world = TestWorld(redisURL: url, redis: redis, postgres: database)
        let result: Result<Value, any Error>
        do {
            try await Migrator(directory: "\(root)/sql/migrations").run(on: world.postgres)
            result = .success(try await body(world))
        } catch {
            result = .failure(error)
        }
        await world.redis.shutdown()
        await world.postgres.shutdown()
        return try result.get()
    }
}
