import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct BatchesIntegrationTests {
    /// Adds to its batch while it runs.
    private struct SpreadJob: Job {
        static let name = "SpreadJob"
        let depth: Int

        struct Services: Sendable {
            let jobs: JobClient
            let ledger: Ledger
        }

        func perform(_ services: Services, _ context: JobContext) async throws {
            if depth > 0, let batch = JobBatch.current {
                try await services.jobs.performAll(
                    [SpreadJob(depth: depth - 1), SpreadJob(depth: depth - 1)], in: batch)
            }
            services.ledger.note(context)
        }
    }

    private func worker(
        _ harness: JobsHarness, _ ledger: Ledger, _ change: (inout JobWorkerConfiguration) -> Void = { _ in }
    ) throws -> JobWorker {
        var registry = JobRegistry()
        registry.use(Batches())
        registry.register(NoteJob.self, services: ledger)
        registry.register(FlakyJob.self, services: ledger)
        registry.register(SpreadJob.self, services: .init(jobs: harness.jobs, ledger: ledger))
        return try harness.worker(registry, change)
    }

    /// A batch with callbacks that wait in a queue nobody serves.
    private func batch(_ body: (inout JobBatch) throws -> Void) throws -> JobBatch {
        var batch = JobBatch("test", callbackQueue: "callbacks")
        try batch.onComplete(FlakyJob(failures: 1))
        try batch.onSuccess(NoteJob())
        try body(&batch)
        return batch
    }

    private func callbacks(_ harness: JobsHarness) async throws -> [String] {
        try await harness.texts("LRANGE", "queue:callbacks", 0, -1).reversed().map {
            try JobPayload(ByteBuffer(string: $0)).className == "NoteJob" ? "success" : "complete"
        }
    }

    private func retryNow(_ harness: JobsHarness) async throws {
        for job in try await harness.texts("ZRANGE", "retry", 0, -1) {
            _ = try await harness.command("ZADD", "retry", "XX", 1, .string(job))
        }
    }

    @Test func `a batch is followed by its callbacks, once, after its last job`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let batch = try batch { batch in for _ in 0..<300 { try batch.add(NoteJob()) } }
            try await harness.jobs.start(batch)
            #expect(
                try await harness.jobs.status(ofBatch: batch.id)
                    == JobBatchStatus(description: "test", total: 300, pending: 300, failed: 0))
            #expect(try await callbacks(harness) == [])
            try await harness.running(try worker(harness, ledger), try worker(harness, ledger)) {
                try await eventually { try await callbacks(harness) == ["complete", "success"] }
            }
            #expect(ledger.total == 300)
            #expect(try await harness.jobs.status(ofBatch: batch.id)?.pending == 0)
            #expect(try await callbacks(harness) == ["complete", "success"])
        }
    }

    @Test func `an empty batch is complete at once`() async throws {
        try await JobsHarness.run { harness in
            try await harness.jobs.start(try batch { _ in })
            #expect(try await callbacks(harness) == ["complete", "success"])
        }
    }

    @Test func `a failure counts once it is dead, and not before`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let batch = try batch { batch in
                try batch.add(FlakyJob(failures: 1))
                try batch.add(FlakyJob(failures: 1), JobOptions(retry: .atMost(0)))
            }
            try await harness.jobs.start(batch)
            try await harness.running(try worker(harness, ledger)) {
                try await eventually { try await harness.integer("ZCARD", "dead") == 1 }
                try await eventually { try await harness.integer("ZCARD", "retry") == 1 }
                #expect(
                    try await harness.jobs.status(ofBatch: batch.id)
                        == JobBatchStatus(description: "test", total: 2, pending: 1, failed: 1))
                #expect(try await callbacks(harness) == [])
                try await retryNow(harness)
                try await eventually { try await callbacks(harness) == ["complete"] }
                // Somebody brings the dead one back, as Sidekiq's Web page does.
                let dead = try await harness.texts("ZRANGE", "dead", 0, 0)[0]
                _ = try await harness.command("ZREM", "dead", .string(dead))
                _ = try await harness.command("LPUSH", "queue:default", .string(dead))
                try await eventually { try await callbacks(harness) == ["complete", "success"] }
            }
            #expect(try await harness.jobs.status(ofBatch: batch.id)?.failed == 0)
        }
    }

    @Test func `jobs that running jobs add belong to the batch, which takes none when it is over`()
        async throws
    {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let batch = try batch { try $0.add(SpreadJob(depth: 5)) }
            try await harness.jobs.start(batch)
            try await harness.running(try worker(harness, ledger), try worker(harness, ledger)) {
                try await eventually { try await callbacks(harness) == ["complete", "success"] }
            }
            #expect(ledger.total == 63)
            #expect(try await harness.jobs.status(ofBatch: batch.id)?.total == 63)
            let late = try await harness.jobs.performAll([NoteJob()], in: batch.membership)
            #expect(late.map(\.fate) == [.batchOver])
            #expect(try await harness.integer("LLEN", "queue:default") == 0)
        }
    }

    @Test func `a killed process's jobs count once when they have run elsewhere`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let batch = try batch { batch in for _ in 0..<20 { try batch.add(NoteJob()) } }
            try await harness.jobs.start(batch)
            let dead = harness.store("dead:1:a")
            _ = try await dead.beat(lease: .milliseconds(200), process: ["info", "{}"], work: [])
            #expect(try await dead.fetch(7, from: harness.shares("default")).count == 7)
            try await harness.running(try worker(harness, ledger)) {
                try await eventually { ledger.jobs == 13 }
                try await eventually { try await harness.jobs.status(ofBatch: batch.id)?.pending == 7 }
                try await eventually { try await callbacks(harness) == ["complete", "success"] }
            }
            #expect(ledger.total == 20)
        }
    }
}
