import Foundation
import NIOCore
import Redis
import Synchronization
import Testing

@testable import Jobs

@Suite struct JobEnqueueIntegrationTests {
    /// Enqueues another of its kind, and says what it inherited.
    private struct Heir: Job {
        static let name = "Heir"
        let generations: Int

        struct Services: Sendable {
            let jobs: JobClient
            let seen: Seen
        }
        final class Seen: Sendable {
            private let locales = Mutex<[String?]>([])
            func add(_ locale: String?) { locales.withLock { $0.append(locale) } }
            var all: [String?] { locales.withLock { $0 } }
        }

        func perform(_ services: Services, _ context: JobContext) async throws {
            services.seen.add(JobAttributes.current["locale"])
            if generations > 0 { try await services.jobs.perform(Heir(generations: generations - 1)) }
        }
    }

    private func payloads(_ harness: JobsHarness, _ queue: String = "default") async throws -> [JobPayload] {
        try await harness.texts("LRANGE", .string("queue:\(queue)"), 0, -1).reversed().map {
            try JobPayload(ByteBuffer(string: $0))
        }
    }

    @Test func `a job is enqueued with what its caller wants`() async throws {
        try await JobsHarness.run { harness in
            let options = JobOptions(
                jid: "j", queue: "low", retry: .never, retryQueue: "later", restsWhenDead: false,
                tags: ["a", "\"b\""])
            let enqueued = try await harness.jobs.perform(NoteJob(), options)
            #expect(enqueued.jid == "j" && enqueued.fate == .enqueued)
            let job = try #require(try await payloads(harness, "low").first)
            #expect(job.jid == "j" && job.queue == "low" && job.retryQueue == "later")
            #expect(job.retryRule == .never && !job.restsWhenDead)
            #expect(job.json("tags").map { String(buffer: $0) } == #"["a","\"b\""]"#)
            #expect(try await harness.texts("SMEMBERS", "queues") == ["low"])
        }
    }

    @Test func `who says how often a job is tried does not want its type's how long`() throws {
        struct Stubborn: Job {
            static let name = "Stubborn"
            static let retryFor: Duration? = .seconds(60)
            func perform(_ services: Void, _ context: JobContext) {}
        }
        let usual = try JobEnvelope(Stubborn(), JobOptions(), now: Date())
        #expect(try JobPayload(usual.bytes).json("retry_for").map { String(buffer: $0) } == "60")
        let told = try JobEnvelope(Stubborn(), JobOptions(retry: .atMost(2)), now: Date())
        #expect(try JobPayload(told.bytes).json("retry_for") == nil)
        #expect(try JobPayload(told.bytes).retryRule == .atMost(2))
    }

    @Test func `a job for later waits in the schedule, one for the past does not`() async throws {
        try await JobsHarness.run { harness in
            try await harness.jobs.perform(NoteJob(), in: .seconds(60))
            try await harness.jobs.perform(NoteJob(), at: Date().addingTimeInterval(-60))
            let due = try #require(
                Double(try await harness.texts("ZRANGE", "schedule", 0, -1, "WITHSCORES")[1]))
            #expect(abs(due - Date().timeIntervalSince1970 - 60) < 5)
            #expect(try await payloads(harness).count == 1)
        }
    }

    @Test func `so long from now is meant by Redis's clock`() async throws {
        try await JobsHarness.run { harness in
            // As if Redis were a day ahead, and then this process.
            for offset in [86_400.0, -86_400] {
                let now = Date().timeIntervalSince1970 + offset
                harness.jobs.clock.observed(now)
                try await harness.jobs.perform(NoteJob(), in: .seconds(60))
                let due = Double(try await harness.texts("ZRANGE", "schedule", 0, 0, "WITHSCORES")[1]) ?? 0
                #expect(abs(due - now - 60) < 5)
                _ = try await harness.command("DEL", "schedule")
            }
        }
    }

    @Test func `a job that comes too late is dropped, and its lock with it`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let locks = UniqueJobs(
                redis: harness.client, scripts: harness.scripts, logger: JobsHarness.quietLogger)
            let late = JobOptions(
                jid: "late", expiresIn: .milliseconds(1), unique: JobUniqueness(key: "k"))
            try await harness.jobs.perform(NoteJob(), late)
            try await eventually {
                try JobPayload(
                    ByteBuffer(string: try await harness.texts("LRANGE", "queue:default", 0, 0)[0])
                )
                .isExpired(at: Date())
            }
            try await harness.jobs.perform(NoteJob(), JobOptions(jid: "early", expiresIn: .seconds(60)))
            try await harness.running(try harness.worker(ledger, middleware: [locks])) {
                try await eventually { ledger.runs(of: "early") == 1 }
                try await eventually { try await harness.integer("EXISTS", "unique:NoteJob:k") == 0 }
            }
            #expect(ledger.total == 1)
        }
    }

    @Test func `many are one write, in their order, with an answer each`() async throws {
        try await JobsHarness.run { harness in
            let answers = try await harness.jobs.performAll((0..<2500).map { NoteJob(pause: Double($0)) })
            let jobs = try await payloads(harness)
            #expect(jobs.map(\.jid) == answers.map(\.jid))
            #expect(Set(answers.map(\.jid)).count == 2500)
        }
    }

    @Test func `what is enqueued once is not enqueued again, not even after it has run`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let envelope = try JobEnvelope(NoteJob(), jid: "news", createdAt: Date()).once()
            try await harness.running(try harness.worker(ledger)) {
                #expect(try await harness.jobs.push(envelope))
                try await eventually { ledger.runs(of: "news") == 1 }
                #expect(try await !harness.jobs.push(envelope))
                let other = try await harness.jobs.enqueue([
                    envelope, try JobEnvelope(NoteJob(), jid: "other", createdAt: Date()).once(),
                ])
                #expect(other.map(\.fate) == [.duplicate(of: "news"), .enqueued])
                try await eventually { ledger.runs(of: "other") == 1 }
            }
            #expect(ledger.total == 2)
            #expect(try await harness.integer("TTL", "once:news") > 600_000)
        }
    }

    @Test func `attributes are inherited from job to job`() async throws {
        try await JobsHarness.run { harness in
            let seen = Heir.Seen()
            var registry = JobRegistry()
            registry.use(CurrentAttributes())
            registry.register(Heir.self, services: .init(jobs: harness.jobs, seen: seen))
            try await harness.running(try harness.worker(registry)) {
                try await JobAttributes.$current.withValue(["locale": "fr", "account_id": "a"]) {
                    _ = try await harness.jobs.perform(Heir(generations: 2))
                }
                try await eventually { seen.all.count == 3 }
                try await harness.jobs.perform(Heir(generations: 0), JobOptions(attributes: ["locale": "ja"]))
                try await eventually { seen.all.count == 4 }
                try await harness.jobs.perform(Heir(generations: 0))
                try await eventually { seen.all.count == 5 }
            }
            #expect(seen.all == ["fr", "fr", "fr", "ja", nil])
        }
    }

    @Test func `attributes of Ruby's are read as far as they are texts`() throws {
        let job = try JobPayload(ByteBuffer(string: #"{"cattr":{"locale":"de","id":5,"x":null,"y":[1]}}"#))
        #expect(JobAttributes(of: job) == ["locale": "de"])
        #expect(JobAttributes(of: try JobPayload(ByteBuffer(string: #"{"cattr":7}"#)))?.isEmpty == true)
        #expect(JobAttributes(of: try JobPayload(ByteBuffer(string: "{}"))) == nil)
    }
}
