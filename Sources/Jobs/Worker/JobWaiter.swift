import Logging
import Redis

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

    private let number: Int
    private let source: Source
    private let call: BlockingCall
    private let store: JobStore
    private let fetcher: JobFetcher
    private let logger: Logger

    init(
        number: Int, source: Source, call: BlockingCall, store: JobStore, fetcher: JobFetcher, logger: Logger
    ) {
        self.number = number
        self.source = source
        self.call = call
        self.store = store
        self.fetcher = fetcher
        self.logger = logger
    }

    /// Returns when the fetcher takes no more jobs.
    func run() async {
        var backoff = JobBackoff()
        while await fetcher.waitUntilIdle(waiter: number, queue: source.queue) {
            do {
                let refused = try await block()
                backoff = JobBackoff()
                if let refused { try await store.handBack([refused]) }
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

    /// Ends a wait that is under way. The fetcher has been stopped before.
    func end() async { await call.end() }

    /// Returns a job that came and that nobody has time for.
    private func block() async throws -> FetchedJob? {
        try await call.send([
            "BLMOVE", .string(source.key),
            .string(source.givesJobs ? JobKeys.arrived(store.identity) : source.key), "RIGHT", "LEFT",
            .integer(BlockingCall.longestWait),
        ]) { [fetcher, source] reply in
            guard let bytes = reply.bytes else { return nil }
            guard source.givesJobs else {
                fetcher.nudge()
                return nil
            }
            let job = FetchedJob(queue: source.queue, bytes: bytes)
            return fetcher.offer(job) ? nil : job
        }
    }
}
