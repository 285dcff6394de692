import Logging
import Redis

/// Brings jobs whose time has come to their queues.
///
/// It sleeps until the first job of the two sets is due. A job may be put before that one meanwhile: our clients, and
/// this process itself, then wake one scheduler of all; for foreign clients it looks every `pause` at the latest. All
/// processes do this; the script gives each job to one of them.
struct JobScheduler: Sendable {
    let store: JobStore
    let pause: Duration
    /// For waiting to be woken.
    let call: BlockingCall
    let quiet: Latch
    let logger: Logger

    /// So many jobs per call do not hold up Redis for others (sidekiq#3332: 100,000 did, for seconds).
    static let batch = 100
    /// Who schedules a job that is due sooner than that wakes a scheduler: the longest pause, and the time to look.
    static let soon: Duration = .milliseconds(1250)
    /// The shortest time from look to look, when jobs are due all the time.
    private static let rest: Duration = .milliseconds(15)

    /// Returns when the worker takes no more jobs, or when the task is cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await heed() }
            group.addTask {
                await quiet.wait()
                await call.end()
            }
            await work()
            group.cancelAll()
        }
    }

    private func work() async {
        while !quiet.isOpen, !Task.isCancelled {
            let wait = await look()
            guard wait > .zero else { continue }
            // `try?`: cancelled, the loop ends.
            try? await Task.sleep(for: min(Self.rest, wait))
            if wait > Self.rest { await store.dueSoon.sleep(for: wait - Self.rest) }
        }
    }

    /// One batch of each set, so that a herd of retries does not starve the schedule (sidekiq#3889).
    /// Returns how long to sleep.
    private func look() async -> Duration {
        do {
            let wait = try await store.untilNextDue() ?? pause
            guard wait <= .zero else { return min(pause, wait) }
            let (moved, untilNext) = try await store.promote(limit: Self.batch)
            if moved == Self.batch { return .zero }
            // None moved: woken a moment too early by a clock that is not quite Redis's.
            return max(moved > 0 ? Self.rest : .milliseconds(1), min(pause, untilNext ?? pause))
        } catch {
            logger.warning("due jobs could not be moved", metadata: ["error": "\(error)"])
            return pause
        }
    }

    /// Waits in Redis for jobs that are due soon.
    private func heed() async {
        var backoff = JobBackoff()
        while !quiet.isOpen, !Task.isCancelled {
            do {
                let isSoon = try await call.send([
                    "BRPOP", .string(JobKeys.scheduleWake), .integer(BlockingCall.longestWait),
                ]) { $0.array != nil }
                backoff = JobBackoff()
                guard isSoon else { continue }
                store.dueSoon.ring()
                // However many are scheduled, one look finds them all. `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: Self.rest)
            } catch let error as RedisError where error.code == .closed {
                return
            } catch {
                // Looking from time to time goes on.
                logger.debug("waiting for scheduled jobs failed", metadata: ["error": "\(error)"])
                await backoff.pause()
            }
        }
    }
}
