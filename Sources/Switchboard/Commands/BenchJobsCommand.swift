import ArgumentParser
import Foundation
import Jobs
import Logging
import NIOPosix
import Realtime
import Redis
import ServiceLifecycle

struct BenchJobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Workers without the business: for load generators, and for what these do not measure.",
        subcommands: [
            BenchJobWorkerCommand.self, BenchJobClientCommand.self, BenchJobScheduleCommand.self,
            BenchJobDeathCommand.self,
        ])
}

struct BenchJobWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs no-op, latency, sleeping and crashing jobs until it is stopped.",
        discussion: """
            The jobs are those of Sources/Switchboard/Bench/Jobs/BenchJobs.swift. LatencyJob writes to the file LAT_OUT.

              switchboard bench jobs worker --redis redis://127.0.0.1:16399/0 --concurrency 10 --queue default
            """)

    @Option(help: "Redis; the database is the bench's own.") var redis: String
    @Option(name: [.short, .long], help: "Jobs at the same time.") var concurrency = 10
    @Option(name: [.short, .long], help: "A queue; give it several times.") var queue = ["default"]
    @Option(help: "A queue among them whose tenants are served in turns.") var fair: [String] = []
    @Option(help: "The folder of the Lua scripts.") var lua = "lua"
    @Option(help: "Seconds between heartbeats; a lease is three of them.") var heartbeat = 5.0
    @Option(help: "Seconds that running jobs have when stopping.") var timeout = 25.0
    @Option(help: "With locks, batches, and at most so many CountJobs at a time over all workers.")
    var limit: Int?

    func run() async throws {
        try await Switchboard.report {
            var logger = Logger(label: "jobs")
            logger.logLevel = .notice
            let group = MultiThreadedEventLoopGroup.singleton
            let configuration = try RedisConfiguration(url: redis)
            let client = RedisClient(configuration, group: group, logger: logger)
            let latencies = ProcessInfo.processInfo.environment["LAT_OUT"].flatMap { path in
                FileHandle(forWritingAtPath: path)
            }
            var registry = JobRegistry()
            registry.register(NoopJob.self, services: ())
            registry.register(LatencyJob.self, services: latencies)
            registry.register(SleepJob.self, services: ())
            registry.register(CountJob.self, services: client)
            registry.register(CrashJob.self, services: ())
            let scripts = try JobScripts(try ScriptLibrary(directory: lua))
            if let limit {
                registry.register(BatchJob.self, services: JobClient(redis: client, scripts: scripts))
                registry.use(Batches())
                registry.use(UniqueJobs(redis: client, scripts: scripts, logger: logger))
                var limits = LimitedJobs(redis: client, scripts: scripts, logger: logger)
                limits.hold(CountJob.self, to: .concurrent("bench", limit))
                registry.use(limits)
            }

            var worker = JobWorkerConfiguration()
            worker.concurrency = concurrency
            worker.queues = queue
            worker.fairQueues = Set(fair)
            worker.heartbeat = .seconds(heartbeat)
            worker.lease = .seconds(heartbeat * 3)
            worker.shutdownTimeout = .seconds(timeout)
            let service = JobWorker(
                configuration: worker, redis: configuration, group: group,
                scripts: scripts, registry: registry, logger: logger)
            try await ServiceGroup(
                services: [service, JobSignals(service)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            ).run()
            await client.shutdown()
        }
    }
}

struct BenchJobClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Pushes no-op jobs, one by one or in bulk; prints jobs per second.")

    @Option(help: "Redis; the database is the bench's own.") var redis: String
    @Argument(help: "single or bulk") var mode: String
    @Argument(help: "How many.") var count: Int

    func validate() throws {
        guard ["single", "bulk"].contains(mode), count > 0 else {
            throw ValidationError("single N or bulk N")
        }
    }

    func run() async throws {
        try await Switchboard.report {
            let redis = RedisClient(
                try RedisConfiguration(url: self.redis), group: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "jobs"))
            let client = JobClient(redis: redis)
            let step = mode == "bulk" ? 1000 : 1
            let began = ContinuousClock.now
            // Each push waits for its answer: on the client's loop that is no thread's switch.
            try await withTaskExecutorPreference(LoopExecutor(redis.eventLoop)) {
                for start in stride(from: 0, to: count, by: step) {
                    try await client.push(
                        try (start..<min(start + step, count)).map {
                            try JobEnvelope(
                                NoopJob(text: "string", number: $0, map: ["mike": "bob"]), createdAt: Date())
                        })
                }
            }
            let took = ContinuousClock.now - began
            await redis.shutdown()
            print(
                Double(count) / (Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
            )
        }
    }
}
