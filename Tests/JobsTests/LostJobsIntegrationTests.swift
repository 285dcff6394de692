import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct LostJobsIntegrationTests {
    /// Ten jobs with locks in a batch, some for later, with a callback that nobody takes.
    private func start(_ harness: JobsHarness) async throws -> JobBatch {
        var batch = JobBatch("test", callbackQueue: "callbacks")
        for number in 0..<10 {
            var options = JobOptions(jid: "\(number)", unique: JobUniqueness(key: "\(number)"))
            if number < 3 { options.at = Date().addingTimeInterval(3600) }
            try batch.add(NoteJob(), options)
        }
        try batch.onComplete(NoteJob())
        try await harness.jobs.start(batch)
        return batch
    }

    private func locks(_ harness: JobsHarness) async throws -> Int {
        try await harness.texts("KEYS", "unique:*").count
    }

    private func admin(_ harness: JobsHarness) -> JobAdmin {
        JobAdmin(redis: harness.client, scripts: harness.scripts)
    }

    @Test func `an administrator who deletes or kills a job frees its lock and ends it in its batch`()
        async throws
    {
        try await JobsHarness.run { harness in
            let batch = try await start(harness)
            let admin = admin(harness)
            let scheduled = try await admin.page(of: .scheduled).jobs
            #expect(try await admin.perform(.kill, on: scheduled[0], in: .scheduled))
            #expect(try await locks(harness) == 9)
            let waiting = try await admin.page(of: .queue("default")).jobs
            #expect(try await admin.perform(.delete, on: waiting[0], in: .queue("default")))
            #expect(try await locks(harness) == 8)
            #expect(
                try await harness.jobs.status(ofBatch: batch.id)
                    == JobBatchStatus(description: "test", total: 10, pending: 8, failed: 2))
            #expect(
                try await harness.jobs.perform(
                    NoteJob(), JobOptions(unique: JobUniqueness(key: scheduled[0].jid))
                ).fate == .enqueued)
            // Run now and put off until then, it has not ended.
            #expect(try await admin.perform(.retry, on: scheduled[1], in: .scheduled))
            #expect(try await locks(harness) == 9)
        }
    }

    @Test func `all jobs of a place deleted at once leave no lock, and their batch is complete`() async throws
    {
        try await JobsHarness.run { harness in
            let batch = try await start(harness)
            try await harness.jobs.push(JobEnvelope(NoteJob(), createdAt: Date()))
            #expect(try await admin(harness).performOnAll(.delete, in: .queue("default")) == 8)
            #expect(try await admin(harness).performOnAll(.delete, in: .scheduled) == 3)
            #expect(try await locks(harness) == 0)
            let status = try await harness.jobs.status(ofBatch: batch.id)
            #expect(status?.pending == 0 && status?.failed == 10)
            #expect(try await harness.integer("LLEN", "queue:callbacks") == 1)
        }
    }

    @Test func `jobs that another tool deleted are noticed by the second look`() async throws {
        try await JobsHarness.run { harness in
            let batch = try await start(harness)
            let lost = LostJobs(
                redis: harness.client, scripts: harness.scripts, logger: JobsHarness.quietLogger)
            #expect(try await lost.look() == 0)
            #expect(try await lost.look() == 0)
            // As Sidekiq's Web does: one killed, one deleted; and one is in somebody's hand.
            let (job, due) = (
                try await harness.texts("ZRANGE", "schedule", 0, 0)[0], "\(Date().timeIntervalSince1970)"
            )
            _ = try await harness.command("ZREM", "schedule", .string(job))
            _ = try await harness.command("ZADD", "dead", .string(due), .string(job))
            _ = try await harness.command("RPOP", "queue:default")
            let store = harness.store("host:1:a")
            _ = try await store.beat(lease: .seconds(60), process: ["info", "{}"], work: [])
            #expect(try await store.fetch(1, from: harness.shares("default")).count == 1)
            #expect(try await lost.look() == 0)
            #expect(try await locks(harness) == 10)
            #expect(try await lost.look() == 2)
            #expect(try await locks(harness) == 8)
            let status = try await harness.jobs.status(ofBatch: batch.id)
            #expect(status?.pending == 8 && status?.failed == 2)
            // The rest goes as well: whoever deletes a queue is found to have ended the batch.
            _ = try await harness.command("DEL", "queue:default", "schedule")
            #expect(try await lost.look() == 0)
            #expect(try await lost.look() == 7)
            #expect(try await harness.jobs.status(ofBatch: batch.id)?.pending == 1)
            #expect(try await harness.integer("LLEN", "queue:callbacks") == 0)
            #expect(try await store.handBack(try await store.fetch(1, from: [])) == 0)
        }
    }
}
