import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobRecoveryIntegrationTests {
    /// A process that takes jobs in hand and is never heard of again.
    private func killed(
        _ name: String, taking count: Int, in harness: JobsHarness
    ) async throws -> [FetchedJob] {
        let store = harness.store(name)
        _ = try await store.beat(lease: .milliseconds(200), process: ["info", "{}"], work: [])
        return try await store.fetch(count, from: harness.shares("default"))
    }

    @Test func `the jobs of a killed process run once more`() async throws {
        try await JobsHarness.run { harness in
            let jobs = try (0..<20).map { try JobEnvelope(NoteJob(), jid: "\($0)", createdAt: Date()) }
            try await harness.jobs.push(jobs)
            #expect(try await killed("dead:1:a", taking: 12, in: harness).count == 12)
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger), try harness.worker(ledger)) {
                try await eventually { ledger.jobs == 20 }
            }
            #expect(ledger.total == 20)
            #expect(try await harness.command("GET", "super_fetch:recovered:0").text == "1")
            #expect(try await harness.integer("TTL", "super_fetch:recovered:0") > 259_000)
            #expect(try await harness.integer("EXISTS", "in-progress:dead:1:a") == 0)
            #expect(try await harness.texts("SMEMBERS", "processes") == [])
        }
    }

    @Test func `recovered jobs come back in their old order`() async throws {
        try await JobsHarness.run { harness in
            _ = try await harness.command(
                "LPUSH", "queue:default", #"{"jid":"0"}"#, #"{"jid":"1"}"#, #"{"jid":"2"}"#)
            _ = try await killed("dead:1:a", taking: 2, in: harness)
            let other = harness.store("host:2:b")
            try await eventually { try await other.lapsedProcesses()["dead:1:a"] != nil }
            #expect(try await other.recover("dead:1:a", limit: 100) == .init(recovered: 2))
            #expect(
                try await harness.texts("LRANGE", "queue:default", 0, -1)
                    == [#"{"jid":"2"}"#, #"{"jid":"1"}"#, #"{"jid":"0"}"#])
        }
    }

    @Test func `a process that beats is not robbed`() async throws {
        try await JobsHarness.run { harness in
            _ = try await harness.command("LPUSH", "queue:default", "{}")
            _ = try await killed("host:1:a", taking: 1, in: harness)
            let other = harness.store("host:2:b")
            try await eventually { try await other.lapsedProcesses()["host:1:a"] != nil }
            _ = try await harness.store("host:1:a").beat(
                lease: .seconds(60), process: ["info", "{}"], work: [])
            #expect(try await other.recover("host:1:a", limit: 100) == nil)
            #expect(try await harness.integer("HLEN", "in-progress:host:1:a") == 1)
        }
    }

    @Test func `a job that is recovered for the third time is dead`() async throws {
        try await JobsHarness.run { harness in
            try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "poison", createdAt: Date()))
            let other = harness.store("host:2:b")
            for death in 1...3 {
                let name = "dead:\(death):a"
                #expect(try await killed(name, taking: 1, in: harness).count == 1)
                try await eventually { try await other.lapsedProcesses()[name] != nil }
                let recovery = try #require(try await other.recover(name, limit: 100))
                #expect(recovery.recovered == 1 && recovery.poison.count == (death == 3 ? 1 : 0))
                for job in recovery.poison {
                    await JobSettler(
                        store: other, registry: JobRegistry(), logger: JobsHarness.quietLogger
                    ).buryPoison(job)
                }
            }
            #expect(try await harness.integer("LLEN", "queue:default") == 0)
            let job = try JobPayload(ByteBuffer(string: try await harness.texts("ZRANGE", "dead", 0, 0)[0]))
            #expect(job.jid == "poison")
            #expect(job.string("error_message")?.contains("died 3 times") == true)
        }
    }

    @Test func `a job that came with a lost answer goes back to its queue`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger)
            let strays = try ["a", "b"].map {
                try JobEnvelope(NoteJob(), jid: $0, createdAt: Date()).queued(at: Date())
            }
            try await harness.running(worker) {
                try await eventually { try await harness.integer("SCARD", "processes") == 1 }
                // One whose fetch, and one whose wait was answered in vain.
                _ = try await harness.command(
                    "LPUSH", "in-progress:\(worker.name):arrived", .bytes(strays[0]))
                _ = try await harness.command("HSET", "in-progress:\(worker.name)", -1, .bytes(strays[1]))
                try await eventually { ledger.jobs == 2 }
            }
            #expect(ledger.total == 2)
            try await harness.expectNothingLeft()
        }
    }
}
