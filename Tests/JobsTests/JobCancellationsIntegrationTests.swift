import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobCancellationsIntegrationTests {
    /// A worker that notices cancellations, and looks for them often.
    private func running(
        _ harness: JobsHarness, _ ledger: Ledger, _ body: () async throws -> Void
    ) async throws {
        let cancellations = JobCancellations(
            redis: harness.client, interval: .milliseconds(50), logger: JobsHarness.quietLogger)
        let locks = UniqueJobs(
            redis: harness.client, scripts: harness.scripts, logger: JobsHarness.quietLogger)
        try await cancellations.look()
        try await harness.running(try harness.worker(ledger, middleware: [cancellations, locks])) {
            try await withThrowingTaskGroup { group in
                group.addTask { await cancellations.run() }
                try await body()
                group.cancelAll()
            }
        }
    }

    @Test func `a running job is told, and neither failed nor tried again`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await running(harness, ledger) {
                let options = JobOptions(unique: JobUniqueness(key: "k"))
                let jid = try await harness.jobs.perform(HangingJob(), options).jid
                let other = try await harness.jobs.perform(HangingJob()).jid
                try await eventually { ledger.runs(of: jid) == 1 && ledger.runs(of: other) == 1 }
                try await harness.jobs.cancel(jid)
                try await eventually { try await harness.integer("GET", "stat:processed") == 1 }
                #expect(try await harness.integer("EXISTS", "unique:HangingJob:k") == 0)
                #expect(try await harness.integer("EXISTS", "cancelled") == 0)
                try await harness.jobs.cancel(other)
                try await eventually { try await harness.integer("GET", "stat:processed") == 2 }
            }
            #expect(try await harness.integer("GET", "stat:failed") == 0)
            #expect(try await harness.integer("ZCARD", "retry") == 0)
            #expect(try await harness.integer("ZCARD", "dead") == 0)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a job that waits or is scheduled is dropped when its turn comes`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let waiting = try await harness.jobs.perform(NoteJob()).jid
            let scheduled = try await harness.jobs.perform(NoteJob(), in: .seconds(60)).jid
            for jid in [waiting, scheduled, "never was"] { try await harness.jobs.cancel(jid) }
            try await running(harness, ledger) {
                let job = try await harness.texts("ZRANGE", "schedule", 0, 0)[0]
                _ = try await harness.command("ZADD", "schedule", 1, .string(job))
                try await eventually { try await harness.integer("GET", "stat:processed") == 2 }
            }
            #expect(ledger.total == 0)
            #expect(try await harness.texts("ZRANGE", "cancelled", 0, -1) == ["never was"])
        }
    }

    @Test func `a jid may be used again after it was cancelled`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await running(harness, ledger) {
                try await harness.jobs.cancel("again")
                try await eventually {
                    try await harness.jobs.perform(NoteJob(), JobOptions(jid: "again"))
                    return ledger.runs(of: "again") > 0
                }
            }
        }
    }
}
