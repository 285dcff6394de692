import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct CronClockIntegrationTests {
    private func cron(_ text: String = "* * * * *", catchesUp: Bool = false) throws -> Cron {
        var cron = Cron()
        cron.add("notes", try CronExpression(text), NoteJob(), catchesUp: catchesUp)
        return cron
    }

    private func clock(_ harness: JobsHarness, _ name: String, _ cron: Cron) -> CronClock {
        CronClock(
            cron: cron, redis: harness.client, scripts: harness.scripts, identity: name,
            lease: .milliseconds(400), logger: JobsHarness.quietLogger)
    }

    /// As if the last tick had been made so long ago.
    private func age(_ harness: JobsHarness, _ seconds: Int) async throws {
        let last = Int(Date().timeIntervalSince1970) - seconds
        _ = try await harness.command("HSET", "cron", "notes", .integer(last))
    }

    @Test func `a new entry waits for its next time, and the leader is known`() async throws {
        try await JobsHarness.run { harness in
            let rest = await clock(harness, "a", try cron("0 0 1 1 *")).look()
            #expect(rest > .zero && rest <= .milliseconds(400))
            #expect(try await harness.command("GET", "dear-leader").text == "a")
            #expect(try await harness.integer("LLEN", "queue:default") == 0)
            #expect(
                abs(try await harness.integer("HGET", "cron", "notes") - Int(Date().timeIntervalSince1970))
                    < 5)
        }
    }

    @Test func `each tick is enqueued once by many processes of which some die`() async throws {
        try await JobsHarness.run { harness in
            try await age(harness, 240)
            let table = try cron()
            try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    let clock = clock(harness, "process\(number)", table)
                    group.addTask { for _ in 0..<50 { _ = await clock.look() } }
                    // One that dies at once: its lease stays.
                    group.addTask {
                        let store = CronStore(
                            redis: harness.client, scripts: harness.scripts, identity: "dead\(number)")
                        _ = try await store.lead(lease: .milliseconds(100), entries: ["notes"])
                    }
                }
                try await group.waitForAll()
            }
            let late = clock(harness, "late", table)
            try await eventually {
                _ = await late.look()
                return try await harness.integer("LLEN", "queue:default") >= 4
            }
            let jobs = try await harness.texts("LRANGE", "queue:default", 0, -1)
                .map { try JobPayload(ByteBuffer(string: $0)) }
            #expect(Set(jobs.map(\.jid)).count == jobs.count)
            #expect(jobs.count == 4 || jobs.count == 5)
            #expect(jobs.allSatisfy { $0.className == "NoteJob" && $0.jid.count == 24 })
        }
    }

    @Test func `a leader that slept through its lease makes nothing twice`() async throws {
        try await JobsHarness.run { harness in
            let table = try cron()
            let entry = table.entries[0]
            let sleeper = CronStore(redis: harness.client, scripts: harness.scripts, identity: "sleeper")
            try await age(harness, 100)
            let term = try #require(try await sleeper.lead(lease: .milliseconds(50), entries: ["notes"]))
            let other = clock(harness, "other", table)
            try await eventually {
                _ = await other.look()
                return try await harness.integer("LLEN", "queue:default") > 0
            }
            let made = try await harness.integer("LLEN", "queue:default")
            let tick = try #require(
                entry.due(after: Date(timeIntervalSince1970: Double(term.last[0])), now: term.now).first)
            let isMade = try await sleeper.tick(
                entry, last: term.last[0], tick: Int(tick.timeIntervalSince1970),
                payload: try entry.payload(tick))
            #expect(!isMade)
            #expect(try await harness.integer("LLEN", "queue:default") == made)
        }
    }

    @Test(arguments: [(false, 0), (true, 1)])
    func `what was missed long ago is made once, or not at all`(catchesUp: Bool, expected: Int) async throws {
        try await JobsHarness.run { harness in
            try await age(harness, 90 * 86_400)
            // Yesterday's hour: never within the last minutes.
            let hour = (Int(Date().timeIntervalSince1970) / 3600 + 12) % 24
            let clock = clock(harness, "a", try cron("0 \(hour) * * *", catchesUp: catchesUp))
            for _ in 0..<3 { _ = await clock.look() }
            #expect(try await harness.integer("LLEN", "queue:default") == expected)
        }
    }

    @Test func `a process that ends gives the lead away, and its jobs are run`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await age(harness, 61)
            let clock = clock(harness, "a", try cron())
            try await harness.running(try harness.worker(ledger)) {
                try await withThrowingTaskGroup { group in
                    group.addTask { await clock.run() }
                    try await eventually { ledger.jobs >= 1 }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            #expect(try await harness.integer("EXISTS", "dear-leader") == 0)
        }
    }
}
