import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobStoreIntegrationTests {
    @Test func `promotion splices enqueued_at into the text and changes nothing else`() async throws {
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a")
            let job = #"{"args":[9007199254740993,1732170000.123456,[],{}],"queue":"q","big":1e400}"#
            _ = try await harness.command(
                "ZADD", "schedule", 1, .string(job), 2, "{}", 3, "[1]", 4_000_000_000, "{\"a\":1}")
            let (moved, untilNext) = try await store.promote(limit: 100)
            #expect(moved == 3)
            #expect(try #require(untilNext) > .seconds(86_400))
            let promoted = try await harness.texts("LRANGE", "queue:q", 0, -1)[0]
            #expect(promoted.hasPrefix(job.dropLast() + ",\"enqueued_at\":"))
            let time = try #require(try JobPayload(ByteBuffer(string: promoted)).enqueuedAt)
            #expect(abs(time.timeIntervalSinceNow) < 60)
            let bare = try await harness.texts("LRANGE", "queue:default", 0, -1)[0]
            #expect(bare.hasPrefix("{\"enqueued_at\":"))
            #expect(try await harness.texts("ZRANGE", "dead", 0, -1) == ["[1]"])
            #expect(Set(try await harness.texts("SMEMBERS", "queues")) == ["q", "default"])
        }
    }

    @Test func `racing schedulers promote each job once, in order`() async throws {
        try await JobsHarness.run { harness in
            for index in 0..<1000 {
                _ = try await harness.command("ZADD", "retry", .integer(index), "{\"jid\":\"\(index)\"}")
            }
            try await withThrowingTaskGroup { group in
                for process in 0..<20 {
                    group.addTask {
                        while try await harness.store("host:\(process):a").promote(limit: 7).moved
                            > 0
                        {}
                    }
                }
                try await group.waitForAll()
            }
            let jids = try await harness.texts("LRANGE", "queue:default", 0, -1)
                .map { try JobPayload(ByteBuffer(string: $0)).jid }
            #expect(jids.reversed() == (0..<1000).map(String.init))
        }
    }

    @Test func `a job that somebody else has by now is not settled, handed back or counted`() async throws {
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a")
            let job = FetchedJob(queue: "default", bytes: ByteBuffer(string: "{}"))
            let errand = JobErrand(.call("SET", "errand", "done"))
            let settled = try await store.settle(
                job, .retry(job.bytes, delay: .seconds(1)), errands: [errand])
            #expect(settled == .lost)
            #expect(try await store.handBack([job]) == 0)
            #expect(
                try await store.fetch(
                    0, from: harness.shares("default"), done: JobNames(tokens: [7], arrived: [job.bytes]))
                    == [])
            #expect(try await harness.texts("KEYS", "*") == [])
        }
    }

    @Test func `the dead set is trimmed by age and number`() async throws {
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a", deadJobs: 4)
            _ = try await harness.command("ZADD", "dead", 1, "old")
            for index in 0..<6 {
                _ = try await harness.command("LPUSH", "queue:default", "job\(index)")
                let job = try #require(try await store.fetch(1, from: harness.shares("default")).first)
                #expect(try await store.settle(job, .bury(job.bytes)) == .done(errandErrors: []))
            }
            // Sidekiq keeps one less than it says.
            #expect(try await harness.texts("ZRANGE", "dead", 0, -1) == ["job3", "job4", "job5"])
        }
    }

    @Test func `a Web page can read the process and ask it to be quiet`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let worker = try harness.worker(ledger) {
                $0.tag = "a \"tag\""
                $0.shutdownTimeout = .milliseconds(50)
            }
            try await harness.running(worker) {
                try await harness.jobs.push(JobEnvelope(HangingJob(), jid: "busy", createdAt: Date()))
                try await eventually {
                    try await harness.texts("HVALS", "\(worker.name):work").contains { $0.contains("busy") }
                }
                #expect(try await harness.texts("SMEMBERS", "processes") == [worker.name])
                let info = try await harness.texts(
                    "HMGET", "\(worker.name)", "info", "busy", "quiet", "concurrency")
                let fields = try #require(
                    try JSONSerialization.jsonObject(with: Data(info[0].utf8)) as? [String: Any])
                #expect(fields["identity"] as? String == worker.name)
                #expect(fields["tag"] as? String == "a \"tag\"")
                #expect(info.dropFirst() == ["1", "false", "10"])
                #expect((1...60).contains(try await harness.integer("TTL", "\(worker.name)")))

                _ = try await harness.command("LPUSH", "\(worker.name)-signals", "TSTP")
                try await eventually {
                    try await harness.command("HGET", "\(worker.name)", "quiet").text == "true"
                }
                try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "too late", createdAt: Date()))
                _ = try await harness.command("LPUSH", "\(worker.name)-signals", "TERM")
            }
            #expect(ledger.runs(of: "too late") == 0)
        }
    }
}
