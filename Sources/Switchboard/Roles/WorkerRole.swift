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

        let persister = Persister(
            journal: desk.journal, postgres: house.postgres, announcements: desk.announcements, logger: logger
        )
        let dispatcher = Dispatcher(
            journal: desk.journal,
            listeners: [
                UnreadEmailListener(
                    jobs: JobClient(redis: house.redis, scripts: scripts),
                    delay: settings.support.unreadEmailDelay)
            ], logger: logger)

        // A reader waits in Redis, so each has a connection of its own.
        let blocking = (0..<2).map { _ in
            RedisClient(settings.redis.blocking, group: house.group, logger: logger)
        }

        let cancellations = JobCancellations(redis: house.redis, logger: logger)
        let worker = try jobWorker(scripts, cancellations)
        try await ServiceGroup(
            configuration: .init(
                services: monitor() + [
                    .init(service: reader(persister, over: blocking[0])),
                    .init(service: reader(dispatcher, over: blocking[1])),
                    .init(service: cancellations),
                    .init(service: worker),
                    .init(service: JobSignals(worker)),
                    .init(
                        service: CronClock(
                            cron: try cron(), redis: house.redis, scripts: scripts,
                            identity: worker.name, logger: logger)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
        for client in blocking { await client.shutdown() }
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

    private func reader<Consumer: JournalConsumer>(
        _ consumer: Consumer, over blocking: RedisClient
    ) -> JournalReader<Consumer> {
        JournalReader(
            journal: house.desk.journal, consumer: consumer, blocking: blocking,
            readers: [Persister.name, Dispatcher.name], process: house.name,
            batch: house.settings.worker.journalBatch, logger: house.logger)
    }

    /// What is done again and again.
    private func cron() throws -> Cron {
        var cron = Cron()
        // After months without a worker the month's partition is missing: not to be left until the next hour.
        cron.add(
            "message-partitions", try CronExpression("@hourly"), MessagePartitionsJob(), catchesUp: true)
        return cron
    }

    /// The jobs that this version knows, one line each.
    private func jobWorker(_ scripts: JobScripts, _ cancellations: JobCancellations) throws -> JobWorker {
        var registry = JobRegistry()
        registry.use(CurrentAttributes())
        registry.use(Batches())
        registry.use(WatchedJobs(redis: house.redis, scripts: scripts))
        registry.use(cancellations)
        registry.use(UniqueJobs(redis: house.redis, scripts: scripts, logger: house.logger))
        registry.register(MessagePartitionsJob.self, services: house.postgres)
        registry.register(
            UnreadEmailJob.self,
            services: .init(
                postgres: house.postgres, transport: MailFolder(path: house.settings.mail.folder),
                from: house.settings.mail.from))

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
            configuration: configuration, redis: house.settings.redis, group: house.group,
            scripts: scripts, registry: registry, logger: house.logger)
    }
}
