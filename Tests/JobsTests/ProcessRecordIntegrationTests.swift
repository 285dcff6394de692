import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct ProcessRecordIntegrationTests {
    @Test func `a process tells each generation of Sidekiq what it looks for`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger)
            try await harness.running(worker) {
                try await harness.jobs.push(
                    JobEnvelope(NoteJob(pause: 3), jid: "long", createdAt: Date()))
                try await eventually { try await harness.integer("HLEN", "\(worker.name):work") == 1 }
                let info = try await harness.command("HGET", .string(worker.name), "info").text ?? ""
                let described = try #require(
                    try JSONSerialization.jsonObject(with: Data(info.utf8)) as? [String: Any])
                #expect(
                    Set(described.keys) == [
                        "hostname", "started_at", "pid", "tag", "concurrency", "queues", "weights",
                        "capsules",
                        "labels", "identity", "version", "embedded",
                    ])
                let fields = try await harness.texts("HKEYS", .string(worker.name))
                #expect(
                    Set(fields) == ["info", "concurrency", "busy", "beat", "quiet", "rss", "rtt_us"])
                let older = try await harness.texts("HGETALL", "\(worker.name):workers")
                #expect(try await harness.texts("HGETALL", "\(worker.name):work") == older)
                let work = try #require(
                    try JSONSerialization.jsonObject(with: Data(older[1].utf8)) as? [String: Any])
                #expect(work["queue"] as? String == "default")
                #expect((work["payload"] as? String)?.contains("\"jid\":\"long\"") == true)
                #expect(work["run_at"] is Int)
                try await eventually { ledger.runs(of: "long") == 1 }
            }
            #expect(try await harness.texts("KEYS", "\(worker.name)*") == [])
        }
    }

    @Test func `TSTP in the signals makes it quiet, TTIN changes nothing, TERM ends it`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger) { $0.heartbeat = .milliseconds(50) }
            func signal(_ name: RedisArgument) async throws {
                _ = try await harness.command("LPUSH", "\(worker.name)-signals", name)
            }
            func quiet() async throws -> String {
                try await harness.command("HGET", .string(worker.name), "quiet").text ?? ""
            }
            try await withThrowingTaskGroup { group in
                group.addTask { await worker.run() }
                try await eventually { try await quiet() == "false" }
                try await signal("TTIN")
                try await eventually {
                    try await harness.integer("LLEN", "\(worker.name)-signals") == 0
                }
                #expect(try await quiet() == "false")
                try await signal("TSTP")
                try await eventually { try await quiet() == "true" }
                try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "late", createdAt: Date()))
                try await signal("TERM")
                try await group.waitForAll()
            }
            #expect(ledger.total == 0)
            #expect(try await harness.integer("LLEN", "queue:default") == 1)
        }
    }

    @Test func `runs are counted by class and minute`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger)) {
                try await harness.jobs.push([
                    JobEnvelope(NoteJob(), jid: "good", createdAt: Date()),
                    JobEnvelope(FlakyJob(failures: 9), jid: "bad", createdAt: Date()),
                ])
                try await eventually { try await harness.integer("GET", "stat:processed") == 2 }
            }
            // The minute may have changed between the two.
            var sums: [String: Int] = [:]
            for key in try await harness.texts("KEYS", "j|20*|*") {
                let fields = try await harness.texts("HGETALL", .string(key))
                for index in stride(from: 0, to: fields.count - 1, by: 2) {
                    sums[fields[index], default: 0] += Int(fields[index + 1]) ?? 0
                }
                #expect(try await harness.integer("TTL", .string(key)) > 28_000)
            }
            #expect(sums["NoteJob|p"] == 1)
            #expect(sums["NoteJob|f"] == nil)
            #expect(sums["FlakyJob|p"] == 1)
            #expect(sums["FlakyJob|f"] == 1)
            let histogram = try #require(try await harness.texts("KEYS", "h|NoteJob-*").first)
            var question: [RedisArgument] = ["BITFIELD_RO", .string(histogram)]
            for index in 0..<26 { question += ["GET", "u16", "#\(index)"] }
            let counts = try await harness.client.send(RedisCommand(question))
            #expect((counts.array ?? []).compactMap(\.int).reduce(0, +) == 1)
            #expect(try await harness.texts("KEYS", "h|FlakyJob-*") == [])
        }
    }
}
