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

        let persister = Persister(
            journal: desk.journal, postgres: house.postgres, announcements: desk.announcements, logger: logger
        )
        let dispatcher = Dispatcher(
            journal: desk.journal,
            listeners: [
                UnreadEmailListener(
                    jobs: JobClient(redis: house.redis), delay: settings.support.unreadEmailDelay)
            ], logger: logger)

        // A reader waits in Redis, so each has a connection of its own.
        let blocking = (0..<2).map { _ in
            RedisClient(settings.redis.blocking, group: house.group, logger: logger)
        }

        let jobs = try jobWorker()
        try await ServiceGroup(
            configuration: .init(
                services: monitor() + [
                    .init(service: reader(persister, over: blocking[0])),
                    .init(service: reader(dispatcher, over: blocking[1])),
                    .init(service: MessagePartitions(postgres: house.postgres, logger: logger)),
                    // Asked to stop by an administrator, it takes the process with it.
                    .init(service: jobs, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: JobSignals(jobs)),
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

    /// The jobs that this version knows, one line each.
    private func jobWorker() throws -> JobWorker {
        var registry = JobRegistry()
        registry.register(
            UnreadEmailJob.self,
            services: .init(
                postgres: house.postgres, transport: MailFolder(path: house.settings.mail.folder),
                from: house.settings.mail.from))
        registry.register(ProbeJob.self, services: house.redis)

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
            scripts: try JobScripts(house.scripts), registry: registry, logger: house.logger)
    }
}
