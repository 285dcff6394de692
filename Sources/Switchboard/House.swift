import Foundation
import Logging
import NIOCore
import NIOPosix
import Postgres
import Redis
import Secrets
import Support

/// What every role and most commands stand on: the connections, the scripts, and the desk.
struct House: Sendable {
    let settings: Settings
    let logger: Logger
    let group: MultiThreadedEventLoopGroup
    let redis: RedisClient
    /// Where the jobs are: `redis` itself, unless it is set otherwise.
    let jobs: RedisClient
    let postgres: PostgresPool
    let scripts: ScriptLibrary
    let passwords: PasswordHasher
    let desk: SupportDesk
    /// Tells this process from all others, also from a later one that happens to get the same pid.
    let name: String

    /// Reads the scripts and begins to connect. Blocks on the disk for a moment; for the start of a process only.
    init(_ settings: Settings, label: String) throws {
        var logger = Logger(label: label)
        logger.logLevel = settings.logLevel
        self.settings = settings
        self.logger = logger
        group = MultiThreadedEventLoopGroup(
            numberOfThreads: settings.eventLoops > 0 ? settings.eventLoops : System.coreCount)
        redis = RedisClient(settings.redis, group: group, logger: logger)
        jobs =
            settings.hasJobsRedis
            ? RedisClient(settings.jobsRedis, group: group, logger: logger) : redis
        postgres = PostgresPool(settings.postgres, logger: logger)
        scripts = try ScriptLibrary(directory: "\(settings.home)/lua")
        passwords = PasswordHasher()
        name = "\(label):\(ProcessInfo.processInfo.processIdentifier):\(RandomToken.make(bytes: 6))"
        desk = try SupportDesk(
            configuration: settings.support, postgres: postgres, redis: redis, jobs: jobs, scripts: scripts,
            keyring: settings.keyring, passwords: passwords)
    }

    /// The same desk under other rules.
    func desk(with configuration: SupportConfiguration) throws(RedisError) -> SupportDesk {
        try SupportDesk(
            configuration: configuration, postgres: postgres, redis: redis, jobs: jobs, scripts: scripts,
            keyring: settings.keyring, passwords: passwords)
    }

    func shutdown() async throws {
        if jobs !== redis { await jobs.shutdown() }
        await redis.shutdown()
        await postgres.shutdown()
        try await group.shutdownGracefully()
    }

    /// Does something with a house and takes it down again.
    static func with<Result>(_ label: String, _ body: (House) async throws -> Result) async throws -> Result {
        let house = try House(try await Settings.load(), label: label)
        do {
            let result = try await body(house)
            try await house.shutdown()
            return result
        } catch {
            try? await house.shutdown()  // the first error is the one to tell
            throw error
        }
    }
}
