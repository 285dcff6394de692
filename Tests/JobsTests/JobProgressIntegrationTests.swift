import Foundation
import NIOCore
import NIOPosix
import Redis
import Synchronization
import Testing

@testable import Jobs

@Suite struct JobProgressIntegrationTests {
    /// Reports a hundred steps, then succeeds or not.
    private struct StepsJob: Job {
        static let name = "StepsJob"
        static let maxRetries = 0
        var fails = false

        func perform(_ services: Void, _ context: JobContext) async throws {
            for step in 1...100 { try await JobProgress.report(done: step, of: 100, "\"step\" \(step)") }
            if fails { throw CancellationError() }
        }
    }

    private final class News: Sendable {
        private let heard = Mutex<[JobProgress]>([])
        func add(_ messages: [RedisMessage]) {
            heard.withLock { heard in
                // What cannot be read is missed by the test.
                heard += messages.compactMap {
                    try? JSONDecoder().decode(JobProgress.self, from: Data($0.payload.readableBytesView))
                }
            }
        }
        var all: [JobProgress] { heard.withLock { $0 } }
    }

    private func worker(_ harness: JobsHarness) throws -> JobWorker {
        var registry = JobRegistry()
        registry.use(WatchedJobs(redis: harness.client, scripts: harness.scripts))
        registry.register(StepsJob.self, services: ())
        return try harness.worker(registry)
    }

    @Test func `whoever watches hears each state, and finds the last one later`() async throws {
        try await JobsHarness.run { harness in
            let news = News()
            let subscriber = RedisSubscriber(
                try RedisConfiguration(url: harness.server.url), group: .singletonMultiThreadedEventLoopGroup,
                logger: JobsHarness.quietLogger, onMessages: { news.add($0) }, onReconnect: { _ in })
            try await subscriber.subscribe([JobProgress.channel("w")])
            #expect(try await harness.jobs.progress(of: "w") == nil)
            try await harness.running(try worker(harness)) {
                try await harness.jobs.perform(StepsJob(), JobOptions(jid: "w", watched: true))
                try await eventually { news.all.last?.state == .succeeded }
            }
            await subscriber.shutdown()
            let all = news.all
            #expect(all.first == JobProgress(jid: "w", state: .running, done: nil, total: nil, note: nil))
            #expect(
                all.contains(
                    JobProgress(jid: "w", state: .running, done: 100, total: 100, note: "\"step\" 100")))
            #expect(all.count < 60, "what comes too fast is left out")
            #expect(
                try await harness.jobs.progress(of: "w")
                    == JobProgress(jid: "w", state: .succeeded, done: 100, total: 100, note: "\"step\" 100"))
            #expect(try await harness.integer("TTL", "progress:w") > 86_000)
        }
    }

    @Test func `a job that nobody watches leaves nothing, and one that dies says so`() async throws {
        try await JobsHarness.run { harness in
            try await harness.running(try worker(harness)) {
                try await harness.jobs.perform(StepsJob(), JobOptions(jid: "quiet"))
                try await harness.jobs.perform(StepsJob(fails: true), JobOptions(jid: "dies", watched: true))
                try await eventually { try await harness.jobs.progress(of: "dies")?.state == .died }
                try await eventually { try await harness.integer("GET", "stat:processed") == 2 }
            }
            #expect(try await harness.texts("KEYS", "progress:*") == ["progress:dies"])
        }
    }
}
