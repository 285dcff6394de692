import Logging
import Redis
import Synchronization

/// Blocks in Redis until a job arrives in one queue, or in its lanes, while the process has nothing to do.
///
/// The job goes straight into the list of what arrived (BLMOVE), so it is as safe as a fetched one.
final class JobWaiter: Sendable {
    /// Where it blocks.
    struct Source: Sendable {
        let queue: String
        let key: String
        /// False for a list that only says that there are jobs: its element stays in it, and wakes everybody.
        let givesJobs: Bool

        init(queue: String) { (self.queue, key, givesJobs) = (queue, JobKeys.queue(queue), true) }

        init(lanesOf queue: String) {
            (self.queue, key, givesJobs) = (queue, JobKeys.lanesWake(queue), false)
        }
    }

    private struct Blocking {
        var client: Int?
        var isEnded = false
    }

    private let number: Int
    private let source: Source
    /// A connection of its own: a blocked one answers nothing else.
    private let connection: RedisClient
    private let store: JobStore
    private let fetcher: JobFetcher
    private let logger: Logger
    private let blocking = Mutex(Blocking())

    init(
        number: Int, source: Source, connection: RedisClient, store: JobStore, fetcher: JobFetcher,
        logger: Logger
    ) {
        self.number = number
        self.source = source
        self.connection = connection
        self.store = store
        self.fetcher = fetcher
        self.logger = logger
    }

    /// Returns when the fetcher takes no more jobs.
    func run() async {
        var backoff = JobBackoff()
        while await fetcher.waitUntilIdle(waiter: number, queue: source.queue) {
            do {
                let reply = try await block()
                backoff = JobBackoff()
                guard let bytes = reply.bytes else { continue }
                guard source.givesJobs else {
                    fetcher.nudge()
                    continue
                }
                let job = FetchedJob(queue: source.queue, bytes: bytes)
                if !fetcher.offer(job) { try await store.handBack([job]) }
            } catch let error as RedisError where error.code == .closed {
                return
            } catch {
                // A job may have come with the lost answer; the heartbeat finds it in the list.
                logger.warning(
                    "waiting for jobs failed", metadata: ["queue": "\(source.queue)", "error": "\(error)"])
                await backoff.pause()
            }
        }
    }

    /// Ends a wait that is under way, and the connection. The fetcher has been stopped before.
    func end() async {
        let client = blocking.withLock {
            $0.isEnded = true
            return $0.client
        }
        if let client { unblock(client) }
        await connection.shutdown()
    }

    /// Seconds. Long enough to be cheap; the connection's time-out is longer, so a dead one is noticed.
    static let longestWait = 5

    private func block() async throws -> RESPValue {
        defer { blocking.withLock { $0.client = nil } }
        return try await withCheckedThrowingContinuation { continuation in
            // Both go out in one write; the answer to the first says whom to unblock at the end.
            connection.submit(["CLIENT", "ID"]) { reply in
                guard case .success(.integer(let client)) = reply else { return }
                let isEnded = self.blocking.withLock {
                    $0.client = client
                    return $0.isEnded
                }
                if isEnded { self.unblock(client) }
            }
            connection.submit([
                "BLMOVE", .string(source.key),
                .string(source.givesJobs ? JobKeys.arrived(store.identity) : source.key), "RIGHT", "LEFT",
                .integer(Self.longestWait),
            ]) { reply in continuation.resume(with: reply) }
        }
    }

    private func unblock(_ client: Int) {
        // Whether it was still blocked does not matter.
        store.redis.submit(["CLIENT", "UNBLOCK", .integer(client)]) { _ in }
    }
}
