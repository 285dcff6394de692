import Foundation
import Redis
import Testing

@testable import Jobs

@Suite struct JobLoadIntegrationTests {
    private func push(_ count: Int, pause: Double = 0, to harness: JobsHarness) async throws {
        try await harness.jobs.push(
            (0..<count).map { try JobEnvelope(NoteJob(pause: pause), jid: "\($0)", createdAt: Date()) })
    }

    @Test func `5,000 jobs over two workers run exactly once`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger), try harness.worker(ledger)) {
                try await push(5000, to: harness)
                try await eventually(within: .seconds(60)) { ledger.jobs == 5000 }
                try await eventually { try await harness.integer("GET", "stat:processed") == 5000 }
            }
            #expect(ledger.total == 5000)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `jobs that trickle in wake idle workers, each once`() async throws {
        try await JobsHarness.run { harness in
            let ledger = Ledger()
            let workers = (try harness.worker(ledger), try harness.worker(ledger))
            try await harness.running(workers.0, workers.1) {
                for index in 0..<300 {
                    try await harness.jobs.push(JobEnvelope(NoteJob(), jid: "\(index)", createdAt: Date()))
                    if index % 10 == 0 { try await eventually { ledger.jobs == index + 1 } }
                }
                try await eventually { ledger.jobs == 300 }
            }
            #expect(ledger.total == 300)
            try await harness.expectNothingLeft()
        }
    }

    @Test func `no job is lost when Redis dies and comes back in the middle`() async throws {
        try await JobsHarness.run(["--appendonly", "yes", "--appendfsync", "always"]) { harness in
            let ledger = Ledger()
            try await harness.running(try harness.worker(ledger), try harness.worker(ledger)) {
                try await push(3000, pause: 0.002, to: harness)
                for part in 1...3 {
                    try await eventually(within: .seconds(60)) { ledger.jobs >= part * 500 }
                    try await harness.server.restart()
                }
                try await eventually(within: .seconds(60)) { ledger.jobs == 3000 }
                try await eventually {
                    try await harness.texts("KEYS", "queue:*") + harness.texts("KEYS", "in-progress:*") == []
                }
            }
            // Once more is allowed only for what was in hand at one of the three deaths.
            #expect(ledger.total <= 3000 + 3 * 2 * 10)
        }
    }
}
