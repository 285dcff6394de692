import Foundation
import NIOCore
import Redis
import Synchronization
import Testing

@testable import Jobs

@Suite struct JobSchedulerIntegrationTests {
    /// Notes how late it ran, in seconds, by the clock that both it and its client go by.
    private struct PunctualJob: Job {
        static let name = "PunctualJob"
        let due: Double

        final class Delays: Sendable {
            private let delays = Mutex<[Double]>([])
            func add(_ delay: Double) { delays.withLock { $0.append(delay) } }
            var all: [Double] { delays.withLock { $0 } }
        }

        func perform(_ delays: Delays, _ context: JobContext) {
            delays.add(Date().timeIntervalSince1970 - due)
        }
    }

    /// Asks for another run after so long: once.
    private struct LaterJob: Job {
        static let name = "LaterJob"

        final class Asked: Sendable {
            let at = Mutex<Date?>(nil)
            let delay = Mutex<Double?>(nil)
        }

        func perform(_ asked: Asked, _ context: JobContext) throws {
            if let at = asked.at.withLock({ $0 }) {
                asked.delay.withLock { $0 = Date().timeIntervalSince(at) }
                return
            }
            asked.at.withLock { $0 = Date() }
            throw JobDirective.postpone(.milliseconds(300))
        }
    }

    @Test func `jobs due within the scheduler's pause are on time, neither early nor a pause late`()
        async throws
    {
        try await JobsHarness.run { harness in
            let delays = PunctualJob.Delays()
            let worker = try harness.worker(Ledger()) {
                $0.schedulerPause = .seconds(1)
            } registering: {
                $0.register(PunctualJob.self, services: delays)
            }
            try await harness.running(worker) {
                try await eventually { try await harness.integer("SCARD", "processes") == 1 }
                for index in 0..<12 {
                    let due = Date().addingTimeInterval(0.15 + 0.05 * Double(index % 3))
                    // With a lock it takes the way through the script.
                    let options =
                        index.isMultiple(of: 2)
                        ? JobOptions() : JobOptions(unique: JobUniqueness(key: "\(index)"))
                    try await harness.jobs.perform(
                        PunctualJob(due: due.timeIntervalSince1970), at: due, options)
                    if index.isMultiple(of: 4) { try await eventually { delays.all.count == index + 1 } }
                }
                try await eventually { delays.all.count == 12 }
            }
            let sorted = delays.all.sorted()
            // Redis's clock and the process's are the same machine's.
            #expect(sorted[0] >= -0.001)
            // The median, as machines that run tests are busy; without the wake-up it is half a second.
            #expect(sorted[6] < 0.1)
        }
    }

    @Test func `a job that postpones itself for a moment runs after that moment`() async throws {
        try await JobsHarness.run { harness in
            let asked = LaterJob.Asked()
            let worker = try harness.worker(Ledger()) {
                $0.schedulerPause = .seconds(1)
            } registering: {
                $0.register(LaterJob.self, services: asked)
            }
            try await harness.running(worker) {
                try await harness.jobs.perform(LaterJob())
                try await eventually { asked.delay.withLock { $0 != nil } }
            }
            let delay = try #require(asked.delay.withLock { $0 })
            #expect(delay >= 0.3 && delay < 0.8)
        }
    }

    @Test func `a scheduler that nobody wakes finds what foreign clients have scheduled`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger)) {
                try await eventually { try await harness.integer("SCARD", "processes") == 1 }
                _ = try await harness.command(
                    "ZADD", "schedule", .string("\(Date().timeIntervalSince1970 + 0.3)"),
                    #"{"class":"NoteJob","args":[{"pause":0}],"jid":"foreign"}"#)
                try await eventually { ledger.runs(of: "foreign") == 1 }
            }
        }
    }

    @Test func `the word that a job is due soon is one element, and forgotten when nobody listens`()
        async throws
    {
        try await JobsHarness.run { harness in
            for delay in [0.5, 0.6, 90] {
                try await harness.jobs.perform(NoteJob(), in: .seconds(delay))
            }
            #expect(try await harness.integer("LLEN", "schedule:wake") == 1)
            #expect(try await harness.integer("TTL", "schedule:wake") > 0)
            _ = try await harness.command("DEL", "schedule:wake")
            try await harness.jobs.perform(NoteJob(), in: .seconds(90))
            #expect(try await harness.integer("EXISTS", "schedule:wake") == 0)
        }
    }

    @Test func `an idle worker asks Redis for no more than ten commands a second`() async throws {
        try await JobsHarness.run { harness in
            let queues = ["critical", "default", "mailers", "low"]
            let worker = try harness.worker(Ledger()) {
                $0 = JobWorkerConfiguration()
                $0.queues = queues
            }
            try await harness.running(worker) {
                try await eventually { try await harness.integer("HLEN", .string(worker.name)) > 0 }
                let before = try await calls(harness)
                let began = ContinuousClock.now
                // As long as the worker's own period: with less, what it does once would count for more.
                try await Task.sleep(for: .seconds(5))
                let seconds = (ContinuousClock.now - began).inSeconds
                let after = try await calls(harness)
                let rate = Double(after - before) / seconds
                #expect(rate <= 10, "\(rate) commands a second")
            }
        }
    }

    /// All commands that Redis has carried out, those within scripts among them, but for the question itself.
    private func calls(_ harness: JobsHarness) async throws -> Int {
        let text = try await harness.command("INFO", "commandstats").text ?? ""
        return text.split(separator: "\r\n").reduce(0) { sum, line in
            guard line.hasPrefix("cmdstat_"), !line.hasPrefix("cmdstat_info"),
                let count = line.firstRange(of: "calls=").map({ line[$0.upperBound...].prefix { $0 != "," } })
            else { return sum }
            return sum + (Int(count) ?? 0)
        }
    }
}
