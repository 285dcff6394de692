import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobLifeIntegrationTests {
    private struct Trouble: Error { let choice: RetryChoice }

    /// Its failures are treated as it says.
    private struct ChoosyJob: Job {
        static let name = "ChoosyJob"
        let kind: String

        static func retryIn(count: Int, error: any Error) -> RetryChoice {
            (error as? Trouble)?.choice ?? .byFormula
        }

        func perform(_ ledger: Ledger, _ context: JobContext) async throws {
            switch kind {
            case "discard": throw Trouble(choice: .discard)
            case "kill": throw Trouble(choice: .kill)
            default: throw Trouble(choice: .after(.seconds(3600)))
            }
        }
    }

    private struct SlowJob: Job {
        static let name = "SlowJob"
        static let timeLimit: Duration? = .milliseconds(50)
        static let retryFor: Duration? = .seconds(100)
        static let restsWhenDead = false
        static let expiresIn: Duration? = .seconds(60)

        func perform(_ ledger: Ledger, _ context: JobContext) async throws {
            ledger.note(context)
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private func worker(_ harness: JobsHarness, _ ledger: Ledger) throws -> JobWorker {
        try harness.worker(
            ledger,
            registering: { registry in
                registry.register(ChoosyJob.self, services: ledger)
                registry.register(SlowJob.self, services: ledger)
            })
    }

    @Test func `a job decides about its failures: later, never, or to the dead set at once`() async throws {
        try await JobsHarness.run { harness in
            try await harness.running(try worker(harness, Ledger())) {
                try await harness.jobs.push(
                    ["discard", "kill", "later"].map {
                        try JobEnvelope(ChoosyJob(kind: $0), jid: $0, createdAt: Date())
                    })
                try await eventually { try await harness.integer("GET", "stat:failed") == 3 }
            }
            let retry = try await harness.texts("ZRANGE", "retry", 0, -1, "WITHSCORES")
            #expect(try JobPayload(ByteBuffer(string: retry[0])).jid == "later")
            let wait = try #require(Double(retry[1])) - Date().timeIntervalSince1970
            #expect((3590...3612).contains(wait))
            let dead = try await harness.texts("ZRANGE", "dead", 0, -1)
            #expect(try dead.map { try JobPayload(ByteBuffer(string: $0)).jid } == ["kill"])
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a job that runs too long is cancelled and fails, and is tried for as long as it says`()
        async throws
    {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try worker(harness, ledger)) {
                try await harness.jobs.push(JobEnvelope(SlowJob(), jid: "slow", createdAt: Date()))
                try await eventually { try await harness.integer("ZCARD", "retry") == 1 }
                let text = try await harness.texts("ZRANGE", "retry", 0, 0)[0]
                let job = try JobPayload(ByteBuffer(string: text))
                #expect(job.string("error_class") == "Jobs.JobTimedOut")
                #expect(job.integer("retry_for") == 100)
                // The same job after its first failure was 101 s ago: its time is over, and it does not rest.
                let old = Date().addingTimeInterval(-101)
                let aged = job.replacing([("failed_at", JSONText.time(old)), ("retry_count", "2")])
                _ = try await harness.command("DEL", "retry")
                _ = try await harness.command("LPUSH", "queue:default", .bytes(aged))
                try await eventually { try await harness.integer("GET", "stat:failed") == 2 }
            }
            #expect(ledger.total == 2)
            #expect(try await harness.integer("EXISTS", "retry", "dead") == 0)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `an expired job is dropped without being run`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try worker(harness, ledger)) {
                try await harness.jobs.push(
                    JobEnvelope(SlowJob(), jid: "old", createdAt: Date().addingTimeInterval(-61)))
                try await eventually { try await harness.integer("GET", "stat:processed") == 1 }
            }
            #expect(ledger.total == 0)
            #expect(try await harness.integer("EXISTS", "stat:failed", "retry", "dead") == 0)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `fields that nobody here knows survive a failure byte for byte`() async throws {
        try await JobsHarness.run { harness in
            let unknown = #""tags":["ä",{}],"cattr":{"big":9007199254740993,"float":1.10},"bid":"b\u0061""#
            try await harness.running(try worker(harness, Ledger())) {
                _ = try await harness.command(
                    "LPUSH", "queue:default",
                    .string(#"{"class":"ChoosyJob","args":[{"kind":"later"}],"jid":"a",\#(unknown)}"#))
                try await eventually { try await harness.integer("ZCARD", "retry") == 1 }
            }
            #expect(try await harness.texts("ZRANGE", "retry", 0, 0)[0].contains(unknown))
        }
    }

    @Test func `what is too late is decided by Redis's clock, whatever the process's says`() async throws {
        let clock = RedisClock()
        let start = ContinuousClock.now
        // The clocks are compared, Redis's is set back by a day, and they are compared again.
        for redis in [1_800_000_000.0, 1_799_913_600] {
            clock.observed(redis, at: start)
            #expect(clock.now(at: start + .seconds(5)) == Date(timeIntervalSince1970: redis + 5))
        }
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a")
            store.clock.observed(0)
            #expect(store.clock.now() < Date(timeIntervalSince1970: 60))
            _ = try await store.promote(limit: 1)
            #expect(abs(store.clock.now().timeIntervalSinceNow) < 10)
        }
    }
}
