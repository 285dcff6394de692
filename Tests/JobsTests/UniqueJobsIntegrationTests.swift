import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct UniqueJobsIntegrationTests {
    private func unique(_ until: JobUniqueness.Until, key: String? = "k") -> JobOptions {
        JobOptions(unique: JobUniqueness(until: until, lasts: .seconds(60), key: key))
    }

    private func worker(
        _ harness: JobsHarness, _ ledger: Ledger, _ change: (inout JobWorkerConfiguration) -> Void = { _ in }
    ) throws -> JobWorker {
        let locks = UniqueJobs(
            redis: harness.client, scripts: harness.scripts, logger: JobsHarness.quietLogger)
        return try harness.worker(ledger, middleware: [locks], change)
    }

    @Test func `a duplicate is answered with the first one's jid`() async throws {
        try await JobsHarness.run { harness in
            let first = try await harness.jobs.perform(NoteJob(), unique(.executed))
            let second = try await harness.jobs.perform(NoteJob(), unique(.executed))
            #expect(second == EnqueuedJob(jid: first.jid, fate: .duplicate(of: first.jid)))
            #expect(try await harness.integer("LLEN", "queue:default") == 1)
            let other = try await harness.jobs.perform(NoteJob(), unique(.executed, key: "other"))
            #expect(other.fate == .enqueued)
        }
    }

    @Test func `without a key the arguments are compared, also long ones`() async throws {
        try await JobsHarness.run { harness in
            let long = NoteJob(words: String(repeating: "x", count: 10_000))
            for (job, count) in [
                (NoteJob(pause: 1), 1), (NoteJob(pause: 1), 1), (NoteJob(pause: 2), 2), (long, 3), (long, 3),
            ] {
                try await harness.jobs.perform(job, unique(.executed, key: nil))
                #expect(try await harness.integer("LLEN", "queue:default") == count)
            }
            #expect(try await harness.texts("KEYS", "unique:*").allSatisfy { $0.utf8.count < 200 })
        }
    }

    @Test func `of a hundred at once one is enqueued`() async throws {
        try await JobsHarness.run { harness in
            let fates = try await withThrowingTaskGroup { group in
                for _ in 0..<100 {
                    group.addTask { try await harness.jobs.perform(NoteJob(), unique(.executed)).fate }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(fates.count { $0 == .enqueued } == 1)
            #expect(Set(fates.filter { $0 != .enqueued }.map { "\($0)" }).count == 1)
        }
    }

    @Test func `the lock goes with the job that succeeds, and stays with one that is tried again`()
        async throws
    {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try worker(harness, ledger)) {
                let first = try await harness.jobs.perform(FlakyJob(failures: 1), unique(.executed))
                try await eventually { try await harness.integer("ZCARD", "retry") == 1 }
                let second = try await harness.jobs.perform(FlakyJob(failures: 0), unique(.executed))
                #expect(second.fate == .duplicate(of: first.jid))
                #expect(try await harness.integer("PTTL", "unique:FlakyJob:k") > 50_000)
                let job = try await harness.texts("ZRANGE", "retry", 0, 0)[0]
                _ = try await harness.command("ZADD", "retry", 1, .string(job))
                try await eventually { try await harness.integer("EXISTS", "unique:FlakyJob:k") == 0 }
                #expect(ledger.total == 1)
            }
        }
    }

    @Test func `the lock goes with the job that dies`() async throws {
        try await JobsHarness.run { harness in
            var options = unique(.executed)
            options.retry = .atMost(0)
            try await harness.running(try worker(harness, Ledger())) {
                try await harness.jobs.perform(FlakyJob(failures: 9), options)
                try await eventually { try await harness.integer("ZCARD", "dead") == 1 }
                #expect(try await harness.integer("EXISTS", "unique:FlakyJob:k") == 0)
            }
        }
    }

    @Test func `until it starts: what comes during the run gets a run of its own`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let first = try await harness.jobs.perform(NoteJob(pause: 0.5), unique(.executing))
            #expect(
                try await harness.jobs.perform(NoteJob(), unique(.executing)).fate
                    == .duplicate(of: first.jid))
            try await harness.running(try worker(harness, ledger)) {
                try await eventually { ledger.hasBegun(first.jid) }
                #expect(try await harness.jobs.perform(NoteJob(), unique(.executing)).fate == .enqueued)
                try await eventually { ledger.total == 2 }
            }
            #expect(try await harness.integer("EXISTS", "unique:NoteJob:k") == 0)
        }
    }

    @Test func `one at a time: the others wait and are not failures`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try worker(harness, ledger), try worker(harness, ledger)) {
                for _ in 0..<3 { try await harness.jobs.perform(NoteJob(pause: 0.2), unique(.notRunning)) }
                try await eventually { ledger.total == 1 }
                try await eventually { try await harness.integer("ZCARD", "schedule") == 2 }
                try await eventually {
                    for job in try await harness.texts("ZRANGE", "schedule", 0, -1) {
                        _ = try await harness.command("ZADD", "schedule", "XX", 1, .string(job))
                    }
                    return ledger.total == 3
                }
                try await eventually { try await harness.integer("EXISTS", "unique:NoteJob:k") == 0 }
            }
            #expect(try await harness.integer("GET", "stat:failed") == 0)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a job whose process was killed keeps its lock, and lets it go when it has run`() async throws
    {
        try await JobsHarness.run { harness in
            let first = try await harness.jobs.perform(NoteJob(), unique(.executed))
            let dead = harness.store("dead:1:a")
            _ = try await dead.beat(lease: .milliseconds(200), process: ["info", "{}"], work: [])
            #expect(try await dead.fetch(1, from: harness.shares("default")).count == 1)
            let ledger = Ledger()
            #expect(
                try await harness.jobs.perform(NoteJob(), unique(.executed)).fate == .duplicate(of: first.jid)
            )
            try await harness.running(try worker(harness, ledger)) {
                try await eventually { ledger.runs(of: first.jid) == 1 }
                try await eventually { try await harness.integer("EXISTS", "unique:NoteJob:k") == 0 }
            }
        }
    }
}
