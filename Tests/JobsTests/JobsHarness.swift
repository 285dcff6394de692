import Foundation
import Logging
import NIOCore
import NIOPosix
import Redis
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// A private Redis with a client on it. Sidekiq's keys are fixed, so each test has a server to itself.
struct JobsHarness {
    let server: PrivateRedis
    let client: RedisClient
    let jobs: JobClient
    let scripts: JobScripts

    static let luaFolder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "lua").path()

    static let quietLogger: Logger = {
        var logger = Logger(label: "jobs")
        logger.logLevel = .critical
        return logger
    }()

    static func run(_ options: [String] = [], _ body: (JobsHarness) async throws -> Void) async throws {
        try await PrivateRedis.run(options) { server in
            let client = RedisClient(
                try RedisConfiguration(url: server.url), group: .singletonMultiThreadedEventLoopGroup,
                logger: quietLogger)
            let scripts = try JobScripts(try ScriptLibrary(directory: luaFolder))
            let harness = JobsHarness(
                server: server, client: client, jobs: JobClient(redis: client), scripts: scripts)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(harness)) } catch { outcome = .failure(error) }
            await client.shutdown()
            try outcome.get()
        }
    }

    /// With beats fast enough for tests.
    func worker(
        _ ledger: Ledger, middleware: [any JobMiddleware] = [],
        _ change: (inout JobWorkerConfiguration) -> Void = { _ in },
        registering: (inout JobRegistry) -> Void = { _ in }
    ) throws -> JobWorker {
        var configuration = JobWorkerConfiguration()
        // Short, so that tests need not wait; long enough that a busy machine's stall is no death.
        configuration.heartbeat = .milliseconds(500)
        configuration.lease = .seconds(5)
        configuration.schedulerPause = .milliseconds(200)
        change(&configuration)
        var registry = JobRegistry()
        registry.register(NoteJob.self, services: ledger)
        registry.register(FlakyJob.self, services: ledger)
        registry.register(HangingJob.self, services: ledger)
        registering(&registry)
        for layer in middleware { registry.use(layer) }
        return JobWorker(
            configuration: configuration, redis: try RedisConfiguration(url: server.url),
            group: .singletonMultiThreadedEventLoopGroup, scripts: scripts, registry: registry,
            logger: Self.quietLogger)
    }

    /// Runs the workers around `body`, and stops them gracefully.
    func running(_ workers: JobWorker..., body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for worker in workers { group.addTask { await worker.run() } }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            for worker in workers { worker.stop() }
            try await group.waitForAll()
            try outcome.get()
        }
    }

    /// The scripts as another process, one that does only what the test says.
    func store(_ identity: String, deadJobs: Int = 10_000) -> JobStore {
        JobStore(
            redis: client, scripts: scripts, identity: identity, deadJobs: deadJobs,
            deadFor: .seconds(86_400))
    }

    /// Of which jobs are taken.
    func shares(_ queues: String...) -> [QueueShare] {
        queues.map { QueueShare(queue: $0, key: JobKeys.queue($0)) }
    }

    func command(_ words: RedisArgument...) async throws -> RESPValue {
        try await client.send(RedisCommand(words))
    }

    /// A number; 0 for a counter that is not there.
    func integer(_ words: RedisArgument...) async throws -> Int {
        try await client.send(RedisCommand(words)).int ?? 0
    }

    func texts(_ words: RedisArgument...) async throws -> [String] {
        (try await client.send(RedisCommand(words)).array ?? []).compactMap(\.text)
    }

    /// Nothing waits, runs or is owed.
    func expectNothingLeft() async throws {
        #expect(try await texts("KEYS", "in-progress:*") == [])
        #expect(try await texts("KEYS", "queue:*") == [])
        #expect(try await texts("KEYS", "lanes:*") == [])
        #expect(try await texts("SMEMBERS", "processes") == [])
        #expect(try await integer("ZCARD", "in-progress") == 0)
    }
}

/// Waits until `condition` holds.
func eventually(
    within limit: Duration = .seconds(20), _ condition: () async throws -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
        // A server that is away for the moment does not fulfil it.
        if (try? await condition()) == true { return }
        guard ContinuousClock.now < deadline else {
            Issue.record("not fulfilled within \(limit)", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Who ran, and how often.
final class Ledger: Sendable {
    private let runs = Mutex<[String: Int]>([:])
    private let begun = Mutex<Set<String>>([])

    func begin(_ context: JobContext) { begun.withLock { _ = $0.insert(context.jid) } }
    func hasBegun(_ jid: String) -> Bool { begun.withLock { $0.contains(jid) } }

    func note(_ context: JobContext) { runs.withLock { $0[context.jid, default: 0] += 1 } }
    func runs(of jid: String) -> Int { runs.withLock { $0[jid] ?? 0 } }
    var jobs: Int { runs.withLock { $0.count } }
    var total: Int { runs.withLock { $0.values.reduce(0, +) } }
}

struct NoteJob: Job {
    static let name = "NoteJob"
    var pause = 0.0

    func perform(_ ledger: Ledger, _ context: JobContext) async throws {
        ledger.begin(context)
        if pause > 0 { try await Task.sleep(for: .seconds(pause)) }
        ledger.note(context)
    }
}

/// Fails in its first runs.
struct FlakyJob: Job {
    static let name = "FlakyJob"
    static let maxRetries = 2
    let failures: Int

    struct Stumble: Error, CustomStringConvertible { let description = "stumbled" }

    func perform(_ ledger: Ledger, _ context: JobContext) async throws {
        if context.attempt < failures { throw Stumble() }
        ledger.note(context)
    }
}

/// Runs until it is cancelled.
struct HangingJob: Job {
    static let name = "HangingJob"

    func perform(_ ledger: Ledger, _ context: JobContext) async throws {
        ledger.note(context)
        try await Task.sleep(for: .seconds(3600))
    }
}
