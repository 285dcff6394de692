import Gateway
import Hummingbird
import Jobs
import Logging
import Realtime
import Redis
import ServiceLifecycle
import Support

/// A worker: the journal's readers, and jobs. Any number of them; each duty is one named service.
struct WorkerRole {
    let house: House
    let metrics: PrometheusRegistry

    func run() async throws {
        let (settings, desk, logger) = (house.settings, house.desk, house.logger)
        try await house.redis.load(house.scripts)
        let scripts = try JobScripts(house.scripts)

        try await CellCheck(house: house).require()
        if house.jobs !== house.redis { try await house.jobs.load(house.scripts) }

        // A reader waits in Redis, so each has a connection of its own.
        let blocking = (0..<2 * desk.journals.count).map { _ in
            RedisClient(settings.redis.blocking, group: house.group, logger: logger)
        }
        let journals = zip(desk.journals, blocking.indices.filter { $0 % 2 == 0 }).flatMap { journal, place in
            readers(of: journal, over: blocking[place], blocking[place + 1], scripts)
        }

        let cancellations = JobCancellations(redis: house.jobs, logger: logger)
        let worker = try jobWorker(scripts, cancellations)
        try await ServiceGroup(
            configuration: .init(
                services: monitor() + journals + desk.journals.flatMap { clocks($0.cell) } + [
                    .init(service: cancellations),
                    // Asked to stop by an administrator, it takes the process with it.
                    .init(service: worker, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: JobSignals(worker)),
                    .init(
                        service: CronClock(
                            cron: try cron(), redis: house.jobs, scripts: scripts,
                            identity: worker.name, logger: logger)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
        for client in blocking { await client.shutdown() }
    }

    /// What is due in a cell: in its lines, and for those who are gone.
    private func clocks(_ cell: Cell) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        [
            .init(service: house.desk.assignmentClock(of: cell, logger: house.logger)),
            .init(service: house.desk.presenceSweep(of: cell, logger: house.logger)),
        ]
    }

    /// A worker has no address of its own but for those who watch over it.
    private func monitor() -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let port = house.settings.worker.metricsPort
        guard port > 0 else { return [] }
        let router = Router()
        router.get("health/live") { _, _ in "ok" }
        router.get("metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusRegistry.contentType],
                body: .init(byteBuffer: metrics.exposition()))
        }
        let server = Application(
            router: router,
            configuration: .init(address: .hostname(house.settings.gateway.host, port: port)),
            eventLoopGroupProvider: .shared(house.group), logger: house.logger)
        return [.init(service: server)]
    }

    /// Of a cell: into PostgreSQL, and to the listeners.
    private func readers(
        of journal: Journal, over first: RedisClient, _ second: RedisClient, _ scripts: JobScripts
    ) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let persister = Persister(
            journal: journal, postgres: house.postgres, announcements: house.desk.announcements,
            logger: house.logger
        )
        let dispatcher = Dispatcher(
            journal: journal,
            listeners: [
                UnreadEmailListener(
                    jobs: JobClient(redis: house.jobs, scripts: scripts),
                    delay: house.settings.support.unreadEmailDelay),
                TimerListener(timers: house.desk.timers, times: house.desk.inboxTimes),
            ], logger: house.logger)
        return [
            .init(service: reader(persister, of: journal, over: first)),
            .init(service: reader(dispatcher, of: journal, over: second)),
            .init(service: timers(of: journal.cell)),
        ]
    }

    private func timers(of cell: Cell) -> TimerService {
        let desk = house.desk
        return TimerService(
            cell: cell, timers: desk.timers, duties: desk.timerDuties,
            rebuild: TimerRebuild(
                timers: desk.timers, times: desk.inboxTimes, postgres: house.postgres,
                journals: desk.journals, logger: house.logger),
            logger: house.logger)
    }

    private func reader<Consumer: JournalConsumer>(
        _ consumer: Consumer, of journal: Journal, over blocking: RedisClient
    ) -> JournalReader<Consumer> {
        JournalReader(
            journal: journal, consumer: consumer, blocking: blocking,
            readers: [Persister.name, Dispatcher.name], process: house.name,
            batch: house.settings.worker.journalBatch, logger: house.logger)
    }

    /// What is done again and again.
    private func cron() throws -> Cron {
        var cron = Cron()
        // After months without a worker the month's partition is missing: not to be left until the next hour.
        cron.add(
            "message-partitions", try CronExpression("@hourly"), MessagePartitionsJob(), catchesUp: true)
        cron.add("lost-jobs", try CronExpression("*/15 * * * *"), LostJobsJob())
        return cron
    }

    /// The jobs that this version knows, one line each.
    private func jobWorker(_ scripts: JobScripts, _ cancellations: JobCancellations) throws -> JobWorker {
        var registry = JobRegistry()
        registry.use(CurrentAttributes())
        registry.use(Batches())
        registry.use(WatchedJobs(redis: house.jobs, scripts: scripts))
        registry.use(cancellations)
        registry.use(UniqueJobs(redis: house.jobs, scripts: scripts, logger: house.logger))
        let mails = house.settings.mail.perAccount
        var limits = LimitedJobs(redis: house.jobs, scripts: scripts, logger: house.logger)
        let perAccount = JobLimit.bucket("mails", one: mails.per, burst: mails.burst)
        limits.hold(UnreadEmailJob.self, to: perAccount) { $0.string("tenant") }
        limits.hold(TranscriptJob.self, to: perAccount) { $0.string("tenant") }
        registry.use(limits)
        registry.register(MessagePartitionsJob.self, services: house.postgres)
        registry.register(
            UnreadEmailJob.self,
            services: .init(
                postgres: house.postgres, transport: MailFolder(path: house.settings.mail.folder),
                from: house.settings.mail.from))
        registry.register(
            TranscriptJob.self,
            services: .init(
                postgres: house.postgres, transport: MailFolder(path: house.settings.mail.folder),
                from: house.settings.mail.from))
        registry.register(ProbeJob.self, services: house.jobs)
        registry.register(
            LostJobsJob.self, services: LostJobs(redis: house.jobs, scripts: scripts, logger: house.logger))

        var configuration = JobWorkerConfiguration()
        configuration.concurrency = house.settings.worker.concurrency
        configuration.queues = house.settings.worker.queues.names
        configuration.weights = house.settings.worker.queues.numbers
        configuration.queueLimits = house.settings.worker.queueLimits.numbers
        configuration.fairQueues = Set(house.settings.worker.fairQueues)
        let problems = configuration.validate()
        guard problems.isEmpty else { throw SettingsError(problems.map { "worker: \($0)" }) }
        configuration.shutdownTimeout = house.settings.worker.shutdownTimeout
        return JobWorker(
            configuration: configuration, redis: house.settings.jobsRedis, group: house.group,
            scripts: scripts, registry: registry, logger: house.logger)
    }
}
