import Logging
import NIOCore
import Redis
import Synchronization

/// Runs jobs when a test says so, one after the other, in the test's own task: through Redis and all middleware, as a
/// worker would, so that what is tested is what will happen.
///
///     let drain = JobDrain(redis: redis, scripts: scripts, registry: registry)
///     try await subject.doSomething()
///     #expect(try await drain.enqueued("mailers").map(\.className) == ["WelcomeJob"])
///     #expect(try await drain.run("mailers") == 1)
///     #expect(drain.errors.isEmpty)
///
/// Other workers must not serve the same queues meanwhile. A job that fails waits in the set `retry`, as always.
package final class JobDrain: Sendable {
    private let redis: RedisClient
    private let store: JobStore
    private let processor: JobProcessor
    private let witness = Witness()

    package init(redis: RedisClient, scripts: JobScripts, registry: JobRegistry) {
        var logger = Logger(label: "jobs")
        logger.logLevel = .critical
        self.redis = redis
        store = JobStore(
            redis: redis, scripts: scripts, identity: ProcessIdentity().text, deadJobs: 10_000,
            deadFor: .seconds(86_400))
        var registry = registry
        registry.use(witness)
        processor = JobProcessor(
            slot: 0, fetcher: JobFetcher(slots: 1, plan: QueuePlan([]), store: store, logger: logger),
            settler: JobSettler(store: store, registry: registry, logger: logger),
            statistics: JobStatistics(logger: logger), logger: logger)
    }

    /// What jobs have thrown so far, directives of middleware not among them.
    package var errors: [any Error] { witness.errors.withLock { $0 } }

    /// The jobs that wait in a queue, the next one first.
    package func enqueued(_ queue: String = "default") async throws -> [JobPayload] {
        let reply = try await redis.send(["LRANGE", .string(JobKeys.queue(queue)), 0, -1])
        return try (reply.array ?? []).compactMap(\.bytes).reversed().map { try JobPayload($0) }
    }

    /// The jobs that wait for their time, in `schedule` or `retry`, the soonest first.
    package func waiting(in set: String = JobKeys.schedule) async throws -> [JobPayload] {
        let reply = try await redis.send(["ZRANGE", .string(set), 0, -1])
        return try (reply.array ?? []).compactMap(\.bytes).map { try JobPayload($0) }
    }

    /// Runs the next job; nil when the queue is empty.
    @discardableResult
    package func runOne(_ queue: String = "default") async throws -> JobPayload? {
        let share = QueueShare(queue: queue, key: JobKeys.queue(queue))
        guard let job = try await store.fetch(1, from: [share]).first else { return nil }
        let payload = try JobPayload(job.bytes)
        if case .succeeded = await processor.perform(job) {
            var done = JobNames()
            done.add(job)
            _ = try await store.fetch(0, from: [], done: done)
        }
        return payload
    }

    /// Runs jobs, also those that they enqueue, until the queue is empty. Returns how many.
    ///
    /// Throws when there is no end to them.
    @discardableResult
    package func run(_ queue: String = "default") async throws -> Int {
        var count = 0
        while try await runOne(queue) != nil {
            count += 1
            guard count < 100_000 else { throw Endless() }
        }
        return count
    }

    /// Brings everything in `schedule` and `retry` to its queue, as if its time had come.
    package func makeAllDue() async throws {
        for set in [JobKeys.schedule, JobKeys.retry] {
            for job in try await waiting(in: set) {
                _ = try await redis.send(["ZADD", .string(set), "XX", 0, .bytes(job.bytes)])
            }
            while try await store.promote([set], limit: JobScheduler.batch).moved == JobScheduler.batch {}
        }
    }

    package struct Endless: Error {}

    /// The innermost layer: what it sees thrown was thrown by a job.
    private final class Witness: JobMiddleware {
        let errors = Mutex<[any Error]>([])

        func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
            do {
                try await next(run)
            } catch {
                errors.withLock { $0.append(error) }
                throw error
            }
        }
    }
}
