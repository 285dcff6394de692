import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobAdminIntegrationTests {
    /// `count` jobs in `set`, due at 1, 2, 3 …; their jids are the numbers.
    private func fill(_ harness: JobsHarness, _ set: RedisArgument, _ count: Int) async throws {
        for number in 1...count {
            let job =
                #"{"class":"NoteJob","args":["n\#(number)"],"jid":"\#(number)","queue":"low","retry_count":2}"#
            _ = try await harness.command("ZADD", set, .integer(number), .string(job))
        }
    }

    private func admin(_ harness: JobsHarness) -> JobAdmin {
        JobAdmin(redis: harness.client, scripts: harness.scripts)
    }

    @Test func `pages follow one another, the next job first and the last to die first`() async throws {
        try await JobsHarness.run { harness in
            let admin = admin(harness)
            try await fill(harness, "retry", 7)
            try await fill(harness, "dead", 7)
            let first = try await admin.page(of: .retries, limit: 4)
            #expect(first.total == 7)
            #expect(first.jobs.map(\.jid) == ["1", "2", "3", "4"])
            #expect(first.jobs[0].failures == 3)
            let second = try await admin.page(of: .retries, offset: try #require(first.next), limit: 4)
            #expect(second.jobs.map(\.jid) == ["5", "6", "7"])
            #expect(second.next == nil)
            #expect(try await admin.page(of: .dead, limit: 2).jobs.map(\.jid) == ["7", "6"])
            for jid in ["a", "b", "c"] {
                try await harness.jobs.push(JobEnvelope(NoteJob(), jid: jid, createdAt: Date()))
            }
            let queue = try await admin.page(of: .queue("default"), offset: 1, limit: 2)
            #expect(queue.jobs.map(\.jid) == ["b", "c"])
            #expect(queue.next == nil)
        }
    }

    @Test func `a search finds by any text and says where to go on`() async throws {
        try await JobsHarness.run { harness in
            let admin = admin(harness)
            try await fill(harness, "schedule", 30)
            let page = try await admin.page(of: .scheduled, limit: 2, matching: "n2")
            #expect(page.jobs.map(\.jid) == ["2", "20"])
            let rest = try await admin.page(
                of: .scheduled, offset: try #require(page.next), limit: 50, matching: "n2")
            #expect(rest.jobs.count == 9)
            #expect(rest.next == nil)
            #expect(try await admin.page(of: .scheduled, matching: "nobody").jobs.isEmpty)
        }
    }

    @Test func `a job is found by its entry and by its jid, and each action does what it says once`()
        async throws
    {
        try await JobsHarness.run { harness in
            let admin = admin(harness)
            try await fill(harness, "retry", 3)
            let first = try #require(try await admin.find("1-1", in: .retries))
            #expect(try await admin.find("2-1", in: .retries) == nil)
            #expect(try await admin.perform(.retry, on: first, in: .retries))
            #expect(try await admin.perform(.retry, on: first, in: .retries) == false)
            let queued = try JobPayload(
                try #require(try await harness.command("LINDEX", "queue:low", 0).bytes))
            #expect(queued.retryCount == 1)
            #expect(queued.enqueuedAt != nil)

            let second = try #require(try await admin.find("2", in: .retries))
            #expect(try await admin.perform(.kill, on: second, in: .retries))
            #expect(try await admin.page(of: .dead).jobs.map(\.jid) == ["2"])
            let third = try #require(try await admin.find("3", in: .retries))
            #expect(try await admin.perform(.delete, on: third, in: .retries))
            let waiting = try #require(try await admin.find("1", in: .queue("low")))
            #expect(try await admin.perform(.delete, on: waiting, in: .queue("low")))
            let overview = try await admin.overview()
            #expect(overview.retries == 0)
            #expect(overview.dead == 1)
            #expect(overview.enqueued == 0)
        }
    }

    @Test func `all jobs of a set go at once, also those that are no jobs`() async throws {
        try await JobsHarness.run { harness in
            let admin = admin(harness)
            try await fill(harness, "retry", 600)
            #expect(try await admin.performOnAll(.kill, in: .retries) == 600)
            #expect(try await harness.integer("ZCARD", "dead") == 600)
            #expect(try await admin.performOnAll(.retry, in: .dead) == 600)
            #expect(try await harness.integer("LLEN", "queue:low") == 600)
            _ = try await harness.command("ZADD", "dead", 1, "no job")
            let page = try await admin.page(of: .dead)
            #expect(page.jobs.map(\.name) == ["(no job)"])
            #expect(try await admin.performOnAll(.delete, in: .dead) == 1)
            #expect(try await admin.performOnAll(.delete, in: .queue("low")) == 600)
            #expect(try await harness.texts("SMEMBERS", "queues") == [])
        }
    }

    @Test func `processes and what they run are told, and hear what they are asked`() async throws {
        try await JobsHarness.run { harness in
            let admin = admin(harness)
            let ledger = Ledger()
            let worker = try harness.worker(ledger) { $0.heartbeat = .milliseconds(50) }
            try await withThrowingTaskGroup { group in
                group.addTask { await worker.run() }
                try await harness.jobs.push(
                    JobEnvelope(HangingJob(), jid: "hangs", createdAt: Date()))
                try await eventually { try await admin.processes().first?.work.first?.jid == "hangs" }
                let process = try #require(try await admin.processes().first)
                #expect(process.identity == worker.name)
                #expect(process.queues == ["default"])
                #expect(process.quiet == false)
                #expect(try await admin.signal(.quiet, to: "nobody") == false)
                #expect(try await admin.signal(.quiet, to: worker.name))
                try await eventually { try await admin.processes().first?.quiet == true }
                // The hanging job would hold up a graceful end.
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func `a probe answers`() async throws {
        try await JobsHarness.run { harness in
            let store = harness.store("host:1:a")
            try await harness.jobs.push(
                JobEnvelope(ProbeJob(answer: "x", hold: 0), jid: "probe", createdAt: Date()))
            let job = try #require(try await store.fetch(1, from: harness.shares("default")).first)
            var registry = JobRegistry()
            registry.register(ProbeJob.self, services: harness.client)
            let payload = try JobPayload(job.bytes)
            let context = JobContext(
                jid: payload.jid, attempt: 0, enqueuedAt: nil, name: "ProbeJob",
                parentLogger: JobsHarness.quietLogger)
            let entry = try #require(registry.entry(named: "ProbeJob"))
            try await entry.run(payload.arguments, context)
            #expect(
                try await ProbeJob.answer("x", within: .seconds(5), over: harness.client) == "probe")
        }
    }
}
