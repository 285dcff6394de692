import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobShutdownIntegrationTests {
    @Test func `a graceful shutdown waits for running jobs`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger)
            try await harness.running(worker) {
                try await harness.jobs.push(JobEnvelope(NoteJob(pause: 0.4), jid: "slow", createdAt: Date()))
                try await eventually { ledger.hasBegun("slow") }
            }
            #expect(ledger.runs(of: "slow") == 1)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `jobs whose time is up go back to the head of their queue`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger) {
                $0.concurrency = 2
                $0.shutdownTimeout = .milliseconds(100)
            }
            let jobs = try (0..<4).map { try JobEnvelope(HangingJob(), jid: "\($0)", createdAt: Date()) }
            var waiting: [String] = []
            try await harness.running(worker) {
                try await harness.jobs.push(jobs)
                waiting = try await harness.texts("LRANGE", "queue:default", 0, -1)
                try await eventually { ledger.jobs == 2 }
            }
            let jids = try await harness.texts("LRANGE", "queue:default", 0, -1)
                .map { try JobPayload(ByteBuffer(string: $0)).jid }
            #expect(jids == ["3", "2", "1", "0"])
            #expect(try await harness.texts("LRANGE", "queue:default", 0, 1) == Array(waiting.prefix(2)))
            #expect(try await harness.texts("KEYS", "in-progress*") == [])
            #expect(try await harness.texts("SMEMBERS", "processes") == [])
            // Interrupted is not failed.
            #expect(try await harness.integer("EXISTS", "stat:failed", "retry", "dead") == 0)
        }
    }

    @Test func `a cancelled worker hands back too`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger)
            try await harness.jobs.push(JobEnvelope(HangingJob(), jid: "hangs", createdAt: Date()))
            await withTaskGroup { group in
                group.addTask { await worker.run() }
                while ledger.jobs == 0 { await Task.yield() }
                group.cancelAll()
            }
            #expect(try await harness.integer("LLEN", "queue:default") == 1)
            #expect(try await harness.texts("KEYS", "in-progress*") == [])
        }
    }

    @Test func `an idle worker stops at once`() async throws {
        try await JobsHarness.run { harness in
            let worker = try harness.worker(Ledger()) { $0.queues = ["a", "b", "c"] }
            var stopped = ContinuousClock.now
            try await harness.running(worker) {
                try await eventually {
                    try await harness.command("CLIENT", "LIST").text?.contains("cmd=blmove") == true
                }
                stopped = .now
            }
            #expect(ContinuousClock.now - stopped < .seconds(10))
            try await harness.expectNothingLeft()
        }
    }
}
