import Foundation
import Logging
import Redis
import ServiceLifecycle

/// Enqueues the jobs of a cron table. All workers run one; a lease in Redis says which of them looks at the clock.
///
/// The lease only saves work. That a tick is enqueued once is held by the script which does it: it moves the
/// entry's last tick on and pushes the job in one step, and only from the tick that this process has read.
/// So two leaders, or one that slept through its lease, cannot enqueue a tick twice, and one that dies
/// before the step leaves the tick to the next leader.
package struct CronClock: Service {
    private let cron: Cron
    private let store: CronStore
    private let lease: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - identity: of the process, as `JobWorker.name` has it.
    ///   - lease: after a death it takes so long, and a third more, until another looks at the clock.
    package init(
        cron: Cron, redis: RedisClient, scripts: JobScripts, identity: String, lease: Duration = .seconds(15),
        logger: Logger
    ) {
        self.cron = cron
        store = CronStore(redis: redis, scripts: scripts, identity: identity)
        self.lease = lease
        self.logger = logger
    }

    /// Returns after a graceful shutdown or when its task is cancelled.
    package func run() async {
        guard !cron.isEmpty else { return await Self.idle() }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let rest = await look()
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: rest)
            }
        }
        do {
            try await store.resign()
        } catch {
            logger.notice("cron's lease was left to end by itself", metadata: ["error": "\(error)"])
        }
    }

    /// A service that returns would end its group.
    private static func idle() async {
        await cancelWhenGracefulShutdown {
            // `try?`: being cancelled is what it waits for.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
    }

    /// Makes what is due if this process leads. Returns how long to sleep.
    func look() async -> Duration {
        do {
            guard let term = try await store.lead(lease: lease, entries: cron.entries.map(\.name)) else {
                return lease / 3
            }
            var rest = lease / 3
            for (entry, last) in zip(cron.entries, term.last) {
                await makeTicks(of: entry, after: last, now: term.now)
                let next = entry.expression.next(after: term.now)
                rest = min(rest, .seconds(next.timeIntervalSince(term.now)))
            }
            return rest
        } catch {
            logger.warning("cron could not look at the clock", metadata: ["error": "\(error)"])
            return min(lease / 3, .seconds(1))
        }
    }

    private func makeTicks(of entry: Cron.Entry, after last: Int, now: Date) async {
        var last = last
        for due in entry.due(after: Date(timeIntervalSince1970: Double(last)), now: now) {
            let tick = Int(due.timeIntervalSince1970)
            do {
                let payload = try entry.payload(due)
                guard try await store.tick(entry, last: last, tick: tick, payload: payload) else { return }
                last = tick
            } catch {
                // The next look finds it due again, unless it was done.
                logger.warning(
                    "a cron job could not be enqueued",
                    metadata: ["entry": "\(entry.name)", "error": "\(error)"])
                return
            }
        }
    }
}
