import Foundation
import Logging
import Postgres
import Synchronization

/// What the tests of this room stand on: the server of DATABASE_URL, with a schema of its own for each test.
enum TestDatabase {
    struct Missing: Error, CustomStringConvertible {
        let description = "DATABASE_URL is not set: these tests need a PostgreSQL server"
    }

    static func configuration() throws -> PostgresConfiguration {
        guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"] else { throw Missing() }
        return try PostgresConfiguration(url: url)
    }

    /// Runs `body` with a pool whose tables are seen by nobody else, and drops them afterwards.
    ///
    /// Two connections unless a test asks otherwise: many tests run at once, and a server has a hundred.
    static func withPool<Value: Sendable>(
        size: Int = 2, depth: Int = 16, maxWaiting: Int = 10_000, waitLimit: Duration = .seconds(10),
        statementTimeout: Duration = .seconds(30), cacheLimit: Int = 256,
        _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        var base = try configuration()
        base.poolSize = 1
        let schema = "test_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
        let joint = base.url.contains("?") ? "&" : "?"
        var own = try PostgresConfiguration(url: "\(base.url)\(joint)options=-csearch_path%3D\(schema)")
        own.poolSize = size
        own.pipelineDepth = depth
        own.maxWaiting = maxWaiting
        own.waitLimit = waitLimit
        own.statementTimeout = statementTimeout
        own.statementCacheLimit = cacheLimit
        let owner = PostgresPool(base, logger: quiet)
        try await owner.query("CREATE SCHEMA \(raw: schema)")
        let pool = PostgresPool(own, logger: quiet)
        let result: Result<Value, any Error>
        do { result = .success(try await body(pool)) } catch { result = .failure(error) }
        await pool.shutdown()
        try await owner.query("DROP SCHEMA \(raw: schema) CASCADE")
        await owner.shutdown()
        return try result.get()
    }

    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

struct TimedOut: Error {}

/// Waits until a condition holds, ten seconds at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TimedOut() }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// The error that `body` throws in this room.
func failure<Value>(_ body: () async throws -> Value) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// A value that several tasks and threads of a test write down what they saw in.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) {
        mutex.withLock { (value: inout sending Value) in body(&value) }
    }
}
