import Foundation
import Redis
import Testing

@testable import Jobs

@Suite struct JobDrainIntegrationTests {
    private func drain(_ harness: JobsHarness, _ ledger: Ledger) -> JobDrain {
        var registry = JobRegistry()
        registry.use(Batches())
        registry.register(NoteJob.self, services: ledger)
        registry.register(FlakyJob.self, services: ledger)
        return JobDrain(redis: harness.client, scripts: harness.scripts, registry: registry)
    }

    @Test func `jobs run when the test says so, one or all, in their order`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let drain = drain(harness, ledger)
            for jid in ["a", "b", "c"] {
                try await harness.jobs.perform(NoteJob(), JobOptions(jid: jid, queue: "q"))
            }
            #expect(try await drain.enqueued("q").map(\.jid) == ["a", "b", "c"])
            #expect(try await drain.runOne("q")?.jid == "a")
            #expect(ledger.total == 1)
            #expect(try await drain.run("q") == 2)
            #expect(try await drain.runOne("q") == nil)
            #expect(try await harness.integer("GET", "stat:processed") == 3)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a failure is kept for the test, and the job for its next try`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let drain = drain(harness, ledger)
            try await harness.jobs.perform(FlakyJob(failures: 1))
            #expect(try await drain.run() == 1)
            #expect(drain.errors.map { "\($0)" } == ["stumbled"])
            #expect(try await drain.waiting(in: JobKeys.retry).map(\.retryCount) == [0])
            try await drain.makeAllDue()
            #expect(try await drain.run() == 1)
            #expect(drain.errors.count == 1 && ledger.total == 1)
        }
    }

    @Test func `what follows a batch is run as well`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let drain = drain(harness, ledger)
            var batch = JobBatch("two and one")
            for _ in 0..<2 { try batch.add(NoteJob()) }
            try batch.onSuccess(NoteJob())
            try await harness.jobs.start(batch)
            #expect(try await drain.run() == 3)
            #expect(ledger.total == 3)
        }
    }
}
