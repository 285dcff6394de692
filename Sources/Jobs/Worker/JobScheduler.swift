import Logging
import Redis

/// Brings jobs whose time has come to their queues.
///
/// It sleeps until the first job of the two sets is due. A job may be put before that one meanwhile, so
/// it never sleeps longer than `pause`. All processes do this; the script gives each job to one of them.
struct JobScheduler: Sendable {
    let store: JobStore
    let pause: Duration
    let quiet: Latch
    let logger: Logger

    /// So many jobs per call do not hold up Redis for others (sidekiq#3332: 100,000 did, for seconds).
    static let batch = 100

    /// Returns when the worker takes no more jobs, or when the task is cancelled.
    func run() async {
        while !quiet.isOpen, !Task.isCancelled {
            let rest = await promote()
            guard rest > .zero else { continue }
            // `try?`: cancelled, the loop ends.
            try? await Task.sleep(for: rest)
        }
    }

    /// One batch of each set, so that a herd of retries does not starve the schedule (sidekiq#3889).
    /// Returns how long to sleep.
    private func promote() async -> Duration {
        do {
            let (moved, untilNext) = try await store.promote(limit: Self.batch)
            return moved == Self.batch ? .zero : min(pause, untilNext ?? pause)
        } catch {
            logger.warning("due jobs could not be moved", metadata: ["error": "\(error)"])
            return pause
        }
    }
}
