import Foundation
import Logging
import NIOCore
import Redis
import ServiceLifecycle
import Synchronization

/// A worker process: takes jobs from Redis and runs them.
///
///     JobWorker ─┬─ JobProcessor × concurrency ──▶ JobFetcher ──▶ JobStore (scripts)
///                ├─ JobWaiter × queue            ──▶    │
///                ├─ JobScheduler   due jobs to their queues
///                ├─ JobHeartbeat   the process's lease and record
///                └─ JobRecovery    the jobs of dead processes
///
/// As in Sidekiq it is first *quiet* (takes no more jobs, goes on with those it runs), then stops. A graceful
/// shutdown does both: it waits up to `shutdownTimeout` for running jobs, hands those that are not done back
/// to their queues, to be taken next, and cancels them.
package final class JobWorker: Service {
    private let configuration: JobWorkerConfiguration
    private let redis: RedisConfiguration
    private let group: any EventLoopGroup
    private let scripts: JobScripts
    private let registry: JobRegistry
    private let logger: Logger
    private let identity = ProcessIdentity()
    private let quietLatch = Latch()
    private let stopLatch = Latch()
    private let statistics: JobStatistics
    /// Once `run` was called.
    private let fetcher = Mutex<JobFetcher?>(nil)

    /// Traps on a configuration that does not validate; whoever reads settings asks `validate()` first.
    package init(
        configuration: JobWorkerConfiguration, redis: RedisConfiguration, group: any EventLoopGroup,
        scripts: JobScripts, registry: JobRegistry, logger: Logger
    ) {
        let problems = configuration.validate()
        precondition(problems.isEmpty, problems.joined(separator: "; "))
        self.configuration = configuration
        self.redis = redis
        self.group = group
        self.scripts = scripts
        self.registry = registry
        self.logger = logger
        statistics = JobStatistics(logger: logger)
    }

    /// What the process is called in Redis: `host:pid:nonce`.
    package var name: String { identity.text }

    /// Takes no more jobs from now on, but stays. What SIGTSTP and the Web page's *Quiet* ask for.
    package func quiet() { quietLatch.open() }

    /// Makes `run` return, as a graceful shutdown does.
    package func stop() { stopLatch.open() }

    /// What every busy slot is doing; the others wait for jobs.
    package var running: [RunningJob] {
        (fetcher.withLock { $0 }?.running ?? []).map {
            RunningJob(slot: $0.slot, queue: $0.job.queue, since: $0.since, bytes: $0.job.bytes)
        }
    }

    /// Writes into the log what every slot is doing: no arguments, which may be anybody's business.
    package func logRunning() {
        let running = running
        logger.notice(
            "jobs running",
            metadata: [
                "busy": "\(running.count)", "slots": "\(configuration.concurrency)",
                "quiet": "\(quietLatch.isOpen)",
            ])
        for job in running {
            logger.notice(
                "a slot is busy",
                metadata: [
                    "slot": "\(job.slot)", "queue": "\(job.queue)", "job": "\(job.payload?.className ?? "")",
                    "jid": "\(job.payload?.jid ?? "")",
                    "seconds": "\(Int(Date().timeIntervalSince(job.since)))",
                ])
        }
    }

    /// Returns after a graceful shutdown, `stop()`, or TERM from Sidekiq's Web page. A cancelled task ends
    /// without waiting for the running jobs; they go back to their queues as well.
    package func run() async {
        let client = RedisClient(redis, group: group, logger: logger)
        let store = JobStore(
            redis: client, scripts: scripts, identity: identity.text, deadJobs: configuration.deadJobs,
            deadFor: configuration.deadFor)
        let plan = QueuePlan(
            configuration.queues, weights: configuration.weights, limits: configuration.queueLimits,
            fair: configuration.fairQueues)
        let fetcher = JobFetcher(
            slots: configuration.concurrency, plan: plan, store: store, logger: logger)
        self.fetcher.withLock { $0 = fetcher }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await live(store, fetcher)
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            stop()
        }
        await leave(store, fetcher)
        await client.shutdown()
    }

    private func live(_ store: JobStore, _ fetcher: JobFetcher) async {
        let heartbeat = heartbeat(store, fetcher)
        await heartbeat.join()
        await withTaskGroup { background in
            background.addTask { await heartbeat.run() }
            background.addTask {
                await JobScheduler(
                    store: store, pause: self.configuration.schedulerPause, call: self.blockingCall(store),
                    quiet: self.quietLatch, logger: self.logger
                ).run()
            }
            background.addTask {
                await JobRecovery(
                    store: store, settler: self.settler(store), interval: self.configuration.heartbeat,
                    logger: self.logger
                ).run()
            }
            await work(store, fetcher)
            background.cancelAll()
        }
    }

    /// Until all jobs have ended, or their time is up.
    private func work(_ store: JobStore, _ fetcher: JobFetcher) async {
        await withTaskGroup { group in
            group.addTask {
                await self.runJobs(store, fetcher)
                await self.stopLatch.wait()
            }
            group.addTask {
                await self.stopLatch.wait()
                self.quietLatch.open()
                // `try?`: cancelled when the jobs have ended before.
                try? await Task.sleep(for: self.configuration.shutdownTimeout)
                if !Task.isCancelled { await self.handBack(fetcher.inHand, store) }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func runJobs(_ store: JobStore, _ fetcher: JobFetcher) async {
        let waiters = waiters(store, fetcher)
        await withTaskGroup { group in
            for slot in 0..<configuration.concurrency {
                group.addTask {
                    await JobProcessor(
                        slot: slot, fetcher: fetcher, settler: self.settler(store),
                        statistics: self.statistics, logger: self.logger
                    ).run()
                }
            }
            for waiter in waiters { group.addTask { await waiter.run() } }
            group.addTask {
                await fetcher.watch(watcher: self.configuration.concurrency + waiters.count)
            }
            group.addTask {
                await self.quietLatch.wait()
                let unbegun = fetcher.stop()
                for waiter in waiters { await waiter.end() }
                await self.handBack(unbegun, store)
            }
        }
    }

    private func settler(_ store: JobStore) -> JobSettler {
        JobSettler(store: store, registry: registry, logger: logger)
    }

    private func blockingCall(_ store: JobStore) -> BlockingCall {
        var blocking = redis
        blocking.commandTimeout = .seconds(BlockingCall.longestWait * 2)
        return BlockingCall(
            connection: RedisClient(blocking, group: group, logger: logger), other: store.redis)
    }

    private func waiters(_ store: JobStore, _ fetcher: JobFetcher) -> [JobWaiter] {
        let sources = configuration.queues.flatMap { queue in
            [JobWaiter.Source(queue: queue)]
                + (configuration.fairQueues.contains(queue) ? [JobWaiter.Source(lanesOf: queue)] : [])
        }
        return sources.enumerated().map { index, source in
            JobWaiter(
                number: configuration.concurrency + index, source: source, call: blockingCall(store),
                store: store, fetcher: fetcher, logger: logger)
        }
    }

    private func heartbeat(_ store: JobStore, _ fetcher: JobFetcher) -> JobHeartbeat {
        JobHeartbeat(
            store: store, fetcher: fetcher,
            record: ProcessRecord(identity, configuration, startedAt: Date()), statistics: statistics,
            configuration: configuration, quiet: quietLatch, stop: stopLatch,
            logRunning: { [weak self] in self?.logRunning() }, logger: logger)
    }

    private func handBack(_ jobs: [FetchedJob], _ store: JobStore) async {
        guard !jobs.isEmpty else { return }
        do {
            let returned = try await store.handBack(jobs)
            guard returned > 0 else { return }
            logger.notice("unfinished jobs were handed back", metadata: ["jobs": "\(returned)"])
        } catch {
            logger.warning(
                "jobs could not be handed back, they will be recovered", metadata: ["error": "\(error)"])
        }
    }

    private func leave(_ store: JobStore, _ fetcher: JobFetcher) async {
        // What a cancelled task left in hand; jobs handed back before are not found again.
        await handBack(fetcher.inHand, store)
        await statistics.flush(to: store.redis)
        do {
            if try await !store.leave() {
                logger.warning("the worker left jobs in hand, they will be recovered")
            }
        } catch {
            logger.warning("the worker could not say good-bye", metadata: ["error": "\(error)"])
        }
    }
}
