import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobFairnessIntegrationTests {
    private struct TenantJob: Job {
        static let name = "TenantJob"
        let owner: String
        var pause = 0.0
        var tenant: String? { owner }

        func perform(_ ledger: Ledger, _ context: JobContext) async throws {
            if pause > 0 { try await Task.sleep(for: .seconds(pause)) }
            ledger.note(context)
        }
    }

    private func jobs(of owner: String, _ count: Int, pause: Double = 0) throws -> [JobEnvelope] {
        try (0..<count).map {
            try JobEnvelope(TenantJob(owner: owner, pause: pause), jid: "\(owner)\($0)", createdAt: Date())
        }
    }

    private let fair = [QueueShare(queue: "default", key: "queue:default", isFair: true)]

    private func taken(_ count: Int, by store: JobStore) async throws -> [String] {
        try await store.fetch(count, from: fair).map { try JobPayload($0.bytes).jid }
    }

    @Test func `tenants are served in turns, each in its own order, whoever came first`() async throws {
        try await JobsHarness.run { harness in
            try await harness.jobs.push(jobs(of: "a", 6) + jobs(of: "b", 2) + jobs(of: "c", 1))
            let store = harness.store("host:1:a")
            #expect(try await taken(3, by: store) == ["a0", "b0", "c0"])
            #expect(
                Set(try await harness.texts("SMEMBERS", "queues")) == [
                    "default", "default:of:a", "default:of:b",
                ])
            #expect(try await harness.integer("LLEN", "queue:default:of:a") == 5)
            #expect(try await harness.integer("LLEN", "lanes:default:wake") == 1)
            // Who comes later begins where the others are, not where they began.
            try await harness.jobs.push(jobs(of: "d", 3))
            #expect(Set(try await taken(3, by: store)) == ["a1", "b1", "d0"])
            #expect(Set(try await taken(4, by: store)) == ["a2", "a3", "d1", "d2"])
            #expect(try await taken(9, by: store) == ["a4", "a5"])
            #expect(try await harness.texts("KEYS", "lanes:*") == [])
            #expect(try await harness.texts("SMEMBERS", "queues") == ["default"])
            #expect(try await harness.integer("HLEN", "in-progress:host:1:a") == 12)
        }
    }

    @Test func `the flood of one tenant starves nobody, and all of it is done`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let make = {
                try harness.worker(ledger) {
                    $0.queues = ["urgent", "default", "low"]
                    $0.fairQueues = ["default"]
                    $0.concurrency = 4
                } registering: {
                    $0.register(TenantJob.self, services: ledger)
                }
            }
            try await harness.running(try make(), try make()) {
                try await harness.jobs.push(jobs(of: "flood", 1500, pause: 0.005))
                try await eventually { ledger.jobs > 20 }
                try await harness.jobs.push(jobs(of: "small", 5, pause: 0.005))
                try await eventually { ledger.runs(of: "small4") == 1 }
                #expect(ledger.jobs < 1000)
                try await harness.jobs.push(
                    JobEnvelope(NoteJob(), jid: "nobody's", createdAt: Date()))
                try await eventually { ledger.jobs == 1506 }
            }
            #expect(ledger.total == 1506)
            #expect(try await harness.integer("GET", "stat:processed") == 1506)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a lane has a name that Sidekiq's Web takes for a queue's, whatever the tenant's`()
        async throws
    {
        try await JobsHarness.run { harness in
            for tenant in ["a-B_c.9", "7/ä", "with space:", ""] {
                try await harness.jobs.push(jobs(of: tenant, 2))
                _ = try await taken(1, by: harness.store("host:1:a"))
                let name = JobKeys.lane("default", tenant)
                #expect(try await harness.integer("LLEN", .string(name)) == 1)
                #expect(name.dropFirst("queue:".count).wholeMatch(of: /[a-zA-Z_:.\-0-9]+/) != nil)
                #expect(
                    try await harness.integer("SISMEMBER", "queues", .string(String(name.dropFirst(6)))) == 1)
                _ = try await taken(1, by: harness.store("host:1:a"))
            }
            #expect(try await harness.texts("KEYS", "lanes:*") == [])
        }
    }

    @Test func `a process that waits hears of jobs that another one dealt`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger) {
                $0.fairQueues = ["default"]
                // So that no heartbeat makes it look.
                $0.heartbeat = .seconds(60)
                $0.lease = .seconds(120)
            } registering: {
                $0.register(TenantJob.self, services: ledger)
            }
            try await harness.running(worker) {
                try await eventually {
                    try await harness.command("CLIENT", "LIST").text?
                        .components(separatedBy: "cmd=blmove").count == 3
                }
                // As if in one step: nothing is left in the queue itself when the other one has dealt it.
                try await harness.jobs.push(jobs(of: "x", 1))
                try await eventually { ledger.jobs == 1 }
                _ = try await harness.command(
                    "EVAL",
                    """
                    redis.call('LPUSH', 'queue:default:of:t', ARGV[1]) redis.call('ZADD', 'lanes:default', 0, 't')
                    redis.call('LPUSH', 'lanes:default:wake', 1)
                    """, 0, .bytes(jobs(of: "t", 1)[0].queued(at: Date())))
                try await eventually { ledger.jobs == 2 }
            }
            try await harness.expectNothingLeft()
        }
    }
}
