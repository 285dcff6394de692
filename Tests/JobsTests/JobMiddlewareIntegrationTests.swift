import Foundation
import NIOCore
import Redis
import Synchronization
import Testing

@testable import Jobs

@Suite struct JobMiddlewareIntegrationTests {
    /// Writes down how it is called, and has an errand for every end.
    private final class Recorder: JobMiddleware, Sendable {
        let name: String
        let events: SharedEvents

        init(_ name: String, _ events: SharedEvents) {
            self.name = name
            self.events = events
        }

        func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
            events.add("\(name) before \(run.payload.jid) of \(run.queue)")
            try await next(run)
            events.add("\(name) after")
        }

        func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
            [JobErrand(.call("LPUSH", .string("ends:\(name)"), .string("\(job.jid) \(end)")))]
        }
    }

    private final class SharedEvents: Sendable {
        private let events = Mutex<[String]>([])
        func add(_ event: String) { events.withLock { $0.append(event) } }
        var all: [String] { events.withLock { $0 } }
    }

    /// Throws what the test says.
    private struct Thrower: JobMiddleware {
        let error: JobDirective
        func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
            throw error
        }
    }

    @Test func `middleware goes around the run, the first outermost, and its errands ride on the end`()
        async throws
    {
        try await JobsHarness.run { harness in
            let events = SharedEvents()
            let worker = try harness.worker(
                Ledger(), middleware: [Recorder("outer", events), Recorder("inner", events)])
            try await harness.running(worker) {
                try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "a", createdAt: Date()))
                try await eventually { try await harness.integer("LLEN", "ends:inner") == 1 }
                try await harness.jobs.push(
                    JobEnvelope(FlakyJob(failures: 1), jid: "b", createdAt: Date()))
                try await eventually { try await harness.integer("LLEN", "ends:inner") == 2 }
            }
            #expect(
                events.all == [
                    "outer before a of default", "inner before a of default", "inner after",
                    "outer after", "outer before b of default", "inner before b of default",
                ])
            #expect(try await harness.texts("LRANGE", "ends:outer", 0, -1) == ["b retried", "a succeeded"])
            #expect(try await harness.integer("GET", "stat:processed") == 2)
            #expect(try await harness.integer("GET", "stat:failed") == 1)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `an errand ends at a reply it does not expect, and its errors harm nobody`() async throws {
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a")
            _ = try await harness.command("SET", "lock", "mine")
            _ = try await harness.command("SET", "other", "theirs")
            _ = try await harness.command("LPUSH", "queue:default", "{}")
            let job = try #require(try await store.fetch(1, from: harness.shares("default")).first)
            let settled = try await store.settle(
                job, .succeed,
                errands: [
                    JobErrand(.call("GET", "lock", expecting: "mine"), .call("DEL", "lock")),
                    JobErrand(.call("GET", "other", expecting: "mine"), .call("DEL", "other")),
                    JobErrand(.call("LPOP", "other"), .call("SET", "never", 1)),
                    JobErrand(.call("INCR", "count", expecting: "1"), .call("INCR", "count")),
                ])
            guard case .done(let errors) = settled else {
                Issue.record("the job was in hand")
                return
            }
            #expect(errors.count == 1 && errors[0].contains("WRONGTYPE"))
            #expect(try await harness.integer("EXISTS", "lock", "never") == 0)
            #expect(try await harness.command("GET", "other").text == "theirs")
            #expect(try await harness.integer("GET", "count") == 2)
            #expect(try await harness.integer("GET", "stat:processed") == 1)
            #expect(try await harness.integer("EXISTS", "in-progress:host:1:a", "stat:failed") == 0)
        }
    }

    @Test(arguments: [
        (JobDirective.discard("old"), "", 1, 0), (.kill("bad"), "dead", 1, 1),
        (.postpone(.seconds(100)), "schedule", 0, 0),
    ])
    func `a directive decides what becomes of a job`(
        directive: JobDirective, set: String, processed: Int, failed: Int
    ) async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let events = SharedEvents()
            let worker = try harness.worker(
                ledger, middleware: [Recorder("r", events), Thrower(error: directive)])
            try await harness.running(worker) {
                try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "a", createdAt: Date()))
                try await eventually { try await harness.integer("LLEN", "ends:r") == 1 }
            }
            #expect(ledger.total == 0)
            for name in ["retry", "schedule", "dead"] {
                #expect(try await harness.integer("ZCARD", .string(name)) == (name == set ? 1 : 0))
            }
            #expect(try await harness.integer("GET", "stat:processed") == processed)
            #expect(try await harness.integer("GET", "stat:failed") == failed)
            if set == "schedule" {
                let entry = try await harness.texts("ZRANGE", "schedule", 0, -1, "WITHSCORES")
                #expect(try JobPayload(ByteBuffer(string: entry[0])).enqueuedAt == nil)
                let wait = try #require(Double(entry[1])) - Date().timeIntervalSince1970
                #expect((60...101).contains(wait))
            }
            try await harness.expectNothingLeft()
        }
    }

    /// Lets through what is not called so, with one more field.
    private struct Sieve: JobClientMiddleware {
        let held: String
        func push(
            _ jobs: [JobEnvelope], next: ([JobEnvelope]) async throws(RedisError) -> [JobEnvelope]
        ) async throws(RedisError) -> [JobEnvelope] {
            try await next(jobs.filter { $0.jid != held }.map { $0.adding("seen_by", json: "[\"sieve\"]") })
        }
    }

    @Test func `middleware of the client may hold jobs back and add fields`() async throws {
        try await JobsHarness.run { harness in
            let client = JobClient(redis: harness.client, middleware: [Sieve(held: "b"), Sieve(held: "c")])
            let jobs = try ["a", "b", "c"].map { try JobEnvelope(NoteJob(), jid: $0, createdAt: Date()) }
            #expect(try await client.push(jobs).map(\.jid) == ["a"])
            #expect(try await !client.push(jobs[1]))
            let texts = try await harness.texts("LRANGE", "queue:default", 0, -1)
            #expect(texts.count == 1)
            let payload = try JobPayload(ByteBuffer(string: texts[0]))
            #expect(payload.jid == "a")
            #expect(texts[0].contains(#""seen_by":["sieve"]"#))
        }
    }
}
