import Foundation
import NIOCore
import Redis
import Synchronization
import Testing

@testable import Jobs

@Suite struct LimitedJobsIntegrationTests {
    private func limits(_ harness: JobsHarness) -> LimitedJobs {
        LimitedJobs(redis: harness.client, scripts: harness.scripts, logger: JobsHarness.quietLogger)
    }

    /// Whether the script lets a job through, and otherwise how long it is to wait, ms.
    private func ask(
        _ harness: JobsHarness, _ jid: String, _ limits: JobLimit...
    ) async throws -> Int? {
        let reply = try await harness.client.evaluate(
            harness.scripts.limit, keys: limits.map { $0.key(nil) },
            arguments: [.string(jid), "take"] + limits.flatMap(\.arguments))
        return reply.array?.first?.text == "granted" ? nil : reply.array?.last?.int
    }

    @Test func `a window counts the starts of the last while`() async throws {
        try await JobsHarness.run { harness in
            let limit = JobLimit.window("w", 3, per: .milliseconds(600))
            for number in 0..<3 { #expect(try await ask(harness, "\(number)", limit) == nil) }
            let wait = try #require(try await ask(harness, "late", limit))
            #expect((1...600).contains(wait))
            try await eventually { try await ask(harness, "late", limit) == nil }
        }
    }

    @Test func `a bucket gives its burst at once, and then one at a time`() async throws {
        try await JobsHarness.run { harness in
            let limit = JobLimit.bucket("b", one: .seconds(10), burst: 4)
            for _ in 0..<4 { #expect(try await ask(harness, "j", limit) == nil) }
            let wait = try #require(try await ask(harness, "j", limit))
            #expect((9_000...10_000).contains(wait))
        }
    }

    @Test func `places are held by jid and come back when nobody prolongs them`() async throws {
        try await JobsHarness.run { harness in
            let limit = JobLimit.concurrent("c", 2, lease: .milliseconds(500))
            #expect(try await ask(harness, "a", limit) == nil)
            #expect(try await ask(harness, "b", limit) == nil)
            #expect(try await ask(harness, "c", limit) != nil)
            #expect(try await ask(harness, "a", limit) == nil, "recovered, it finds its own place")
            try await eventually { try await ask(harness, "c", limit) == nil }
        }
    }

    @Test func `who is refused by one limit uses up none`() async throws {
        try await JobsHarness.run { harness in
            let wide = JobLimit.window("wide", 2, per: .seconds(60))
            let narrow = JobLimit.window("narrow", 1, per: .seconds(60))
            let first = try await ask(harness, "1", wide, narrow)
            #expect(first == nil)
            for _ in 0..<5 { #expect(try await ask(harness, "2", wide, narrow) != nil) }
            #expect(try await ask(harness, "3", wide) == nil)
        }
    }

    @Test func `jobs over the limit all run in the end, never too many at once, and nothing has failed`()
        async throws
    {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            var limits = limits(harness)
            limits.hold(NoteJob.self, to: .concurrent("notes", 2))
            let envelopes = try (0..<8).map {
                try JobEnvelope(NoteJob(pause: 0.1), jid: "\($0)", createdAt: Date())
            }
            try await harness.running(
                try harness.worker(ledger, middleware: [limits]),
                try harness.worker(ledger, middleware: [limits])
            ) {
                try await harness.jobs.push(envelopes)
                try await eventually {
                    #expect(try await harness.integer("ZCARD", "limit:notes") <= 2)
                    // Not to wait for the jitter.
                    for job in try await harness.texts("ZRANGE", "schedule", 0, -1) {
                        _ = try await harness.command("ZADD", "schedule", "XX", 1, .string(job))
                    }
                    return ledger.total == 8
                }
            }
            #expect(ledger.jobs == 8)
            #expect(try await harness.integer("GET", "stat:failed") == 0)
            #expect(try await harness.integer("GET", "stat:processed") == 8)
            #expect(try await harness.integer("EXISTS", "limit:notes") == 0)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `each scope has a share of its own`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            var limits = limits(harness)
            limits.hold(NoteJob.self, to: .window("notes", 1, per: .seconds(60))) {
                JobAttributes(of: $0)?["account_id"]
            }
            try await harness.running(try harness.worker(ledger, middleware: [limits])) {
                for account in ["a", "a", "b"] {
                    try await harness.jobs.perform(NoteJob(), JobOptions(attributes: ["account_id": account]))
                }
                try await eventually {
                    try await harness.integer("ZCARD", "schedule") == 1 && ledger.total == 2
                }
                let due = try #require(
                    Double(try await harness.texts("ZRANGE", "schedule", 0, -1, "WITHSCORES")[1]))
                #expect((50...95).contains(due - Date().timeIntervalSince1970))
            }
        }
    }
}
