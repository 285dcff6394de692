import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobWorkerIntegrationTests {
    @Test func `a pushed job runs once and leaves nothing behind`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger)) {
                try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "one", createdAt: Date()))
                try await eventually { ledger.runs(of: "one") == 1 }
                try await eventually { try await harness.integer("GET", "stat:processed") == 1 }
            }
            #expect(ledger.total == 1)
            #expect(try await harness.texts("SMEMBERS", "queues") == ["default"])
            let day = JobKeys.day(of: Date())
            #expect(try await harness.integer("GET", "stat:processed:\(day)") == 1)
            #expect(try await harness.integer("TTL", "stat:processed:\(day)") > 150_000_000)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a failed job waits in retry with its error, and succeeds when its time comes`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger)) {
                try await harness.jobs.push(
                    JobEnvelope(FlakyJob(failures: 1), jid: "flaky", createdAt: Date()))
                try await eventually { try await harness.integer("ZCARD", "retry") == 1 }
                let entry = try await harness.texts("ZRANGE", "retry", 0, -1, "WITHSCORES")
                let job = try JobPayload(ByteBuffer(string: entry[0]))
                #expect(job.retryCount == 0)
                #expect(job.string("error_class") == "JobsTests.FlakyJob.Stumble")
                #expect(job.string("error_message") == "stumbled")
                #expect(job.enqueuedAt == nil)
                let wait = try #require(Double(entry[1])) - Date().timeIntervalSince1970
                #expect((10...26).contains(wait))
                _ = try await harness.command("ZADD", "retry", 1, .string(entry[0]))
                try await eventually { ledger.runs(of: "flaky") == 1 }
            }
            #expect(try await harness.integer("GET", "stat:failed") == 1)
            #expect(try await harness.integer("GET", "stat:processed") == 2)
            #expect(try await harness.integer("ZCARD", "retry") == 0)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a job without tries left rests in the dead set`() async throws {
        try await JobsHarness.run { harness in
            try await harness.running(try harness.worker(Ledger())) {
                try await harness.jobs.push(
                    JobEnvelope(FlakyJob(failures: 99), jid: "x", createdAt: Date()))
                for _ in 0..<2 {
                    try await eventually { try await harness.integer("ZCARD", "retry") == 1 }
                    let job = try await harness.texts("ZRANGE", "retry", 0, 0)[0]
                    _ = try await harness.command("ZADD", "retry", 1, .string(job))
                    try await eventually {
                        try await harness.texts("ZRANGE", "retry", 0, 0).first != job
                    }
                }
                try await eventually { try await harness.integer("ZCARD", "dead") == 1 }
            }
            let job = try JobPayload(ByteBuffer(string: try await harness.texts("ZRANGE", "dead", 0, 0)[0]))
            #expect(job.retryCount == 2)
            #expect(try await harness.integer("GET", "stat:failed") == 3)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `a scheduled job runs on time and not before`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger)) {
                let due = Date().addingTimeInterval(1.3)
                let job = try JobEnvelope(NoteJob(), jid: "later", createdAt: Date(), at: due)
                try await harness.jobs.push(job)
                // Once more changes nothing.
                try await harness.jobs.push(job)
                #expect(try await harness.integer("ZCARD", "schedule") == 1)
                try await eventually { ledger.runs(of: "later") == 1 }
                // How late is a figure to be measured, not asserted on a machine with other work.
                #expect(Date() >= due)
            }
            #expect(ledger.total == 1)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `malformed text in a queue goes to the dead set as it is`() async throws {
        try await JobsHarness.run { harness in
            let raw = ByteBuffer(bytes: Array("{\"class\":".utf8) + [0xFF, 0x00])
            try await harness.running(try harness.worker(Ledger())) {
                _ = try await harness.command("LPUSH", "queue:default", .bytes(raw))
                try await eventually { try await harness.integer("ZCARD", "dead") == 1 }
            }
            #expect(try await harness.command("ZRANGE", "dead", 0, 0).array?.first?.bytes == raw)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `an unknown class and wrong arguments are ordinary failures`() async throws {
        try await JobsHarness.run { harness in
            try await harness.running(try harness.worker(Ledger())) {
                _ = try await harness.command(
                    "LPUSH", "queue:default", #"{"class":"Nobody","args":[],"jid":"a","retry":true}"#,
                    #"{"class":"FlakyJob","args":["x"],"jid":"b","retry":true}"#)
                try await eventually { try await harness.integer("ZCARD", "retry") == 2 }
            }
            let classes = try await harness.texts("ZRANGE", "retry", 0, -1)
                .map { try JobPayload(ByteBuffer(string: $0)).string("error_class") }
            #expect(Set(classes) == ["Jobs.UnknownJob", "Swift.DecodingError"])
        }
    }

    @Test func `earlier queues go first, and a job wakes its idle worker whichever queue it is in`()
        async throws
    {
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a")
            _ = try await harness.command("LPUSH", "queue:low", "l1", "l2")
            _ = try await harness.command("LPUSH", "queue:high", "h1", "h2")
            #expect(
                try await store.fetch(3, from: harness.shares("high", "low")).map { String(buffer: $0.bytes) }
                    == ["h1", "h2", "l1"])
            _ = try await harness.command("FLUSHALL")

            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger) { $0.queues = ["high", "low"] }) {
                for (index, queue) in ["low", "high", "low"].enumerated() {
                    let job = #"{"class":"NoteJob","args":[{"pause":0}],"jid":"\#(index)"}"#
                    _ = try await harness.command("LPUSH", .string(JobKeys.queue(queue)), .string(job))
                    try await eventually { ledger.runs(of: "\(index)") == 1 }
                }
            }
            try await harness.expectNothingLeft()
        }
    }
}
