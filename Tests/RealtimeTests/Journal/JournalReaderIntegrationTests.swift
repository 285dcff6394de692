import Logging
import NIOConcurrencyHelpers
import NIOCore
import Redis
import TestSupport
import Testing

@testable import Realtime

/// What readers in several processes have done between them, as a database would keep it.
private final class Ledger: Sendable {
    struct State {
        var done: [String] = []
        var position = "0-0"
        var attempts: [[String]] = []
        var failures = 0
        var resumes = 0
        var workers: Set<String> = []
    }
    struct Refused: Error {}

    private let state: NIOLockedValueBox<State>

    init(failures: Int = 0) { state = NIOLockedValueBox(State(failures: failures)) }

    var now: State { state.withLockedValue { $0 } }

    func resume() -> String {
        state.withLockedValue {
            $0.resumes += 1
            return $0.position
        }
    }

    func consume(_ entries: [JournalEntry], after position: String, as worker: String) throws {
        try state.withLockedValue { state in
            // Compare and set, as every consumer has to.
            guard state.position == position else { throw Refused() }
            let facts = entries.map { String(buffer: $0.fact) }
            state.attempts.append(facts)
            state.workers.insert(worker)
            if state.failures > 0 {
                state.failures -= 1
                throw Refused()
            }
            state.done += facts
            state.position = entries.last?.id ?? state.position
        }
    }
}

private struct Writer: JournalConsumer {
    static let name = "writer"
    let ledger: Ledger
    let worker: String

    func resume() async throws -> String { ledger.resume() }
    func consume(_ entries: [JournalEntry], after position: String) async throws {
        try ledger.consume(entries, after: position, as: worker)
    }
}

@Suite struct JournalReaderIntegrationTests {
    /// Runs a reader until the task is cancelled.
    private func read(
        _ journal: Journal, _ ledger: Ledger, as worker: String, batch: Int = 1000,
        lease: Duration = .milliseconds(400)
    ) async throws {
        let blocking = RedisClient(
            try RedisConfiguration(url: TestWorld.variable("REDIS_URL")).blocking, group: TestWorld.group,
            logger: TestWorld.quiet)
        let reader = JournalReader(
            journal: journal, consumer: Writer(ledger: ledger, worker: worker), blocking: blocking,
            readers: [Writer.name], process: worker, batch: batch, lease: lease, logger: TestWorld.quiet)
        let result = await Result.catching { try await reader.run() }
        await blocking.shutdown()
        try result.get()
    }

    @Test func `facts are handed over in order, in batches, and then dropped`() async throws {
        let journal = try await JournalIntegrationTests.journal()
        let ledger = Ledger()
        let facts = (0..<95).map { "fact \($0)" }
        for fact in facts { _ = try await JournalIntegrationTests.add(fact, to: journal) }
        let reader = Task { try await read(journal, ledger, as: "one", batch: 10) }
        try await waitUntil("all facts") { ledger.now.done.count == 95 }
        #expect(ledger.now.done == facts)
        #expect(ledger.now.attempts.allSatisfy { $0.count <= 10 })
        try await waitUntil("the journal is empty") { try await journal.length() == 0 }
        // What comes later is handled as it comes.
        _ = try await JournalIntegrationTests.add("late", to: journal)
        try await waitUntil("the late fact") { ledger.now.done.last == "late" }
        #expect(ledger.now.resumes == 1)
        reader.cancel()
        try await reader.value
    }

    @Test func `an error makes the same entries come again, and none is lost or changed in order`()
        async throws
    {
        let journal = try await JournalIntegrationTests.journal()
        let ledger = Ledger(failures: 2)
        for number in 0..<5 { _ = try await JournalIntegrationTests.add("\(number)", to: journal) }
        let reader = Task { try await read(journal, ledger, as: "one") }
        try await waitUntil("all facts") { ledger.now.done.count == 5 }
        #expect(ledger.now.done == ["0", "1", "2", "3", "4"])
        #expect(ledger.now.attempts == Array(repeating: ["0", "1", "2", "3", "4"], count: 3))
        #expect(ledger.now.resumes == 3, "after an error the position is asked for anew")
        reader.cancel()
        try await reader.value
    }

    @Test func `one process works, and another takes over within the lease when it stops`() async throws {
        let journal = try await JournalIntegrationTests.journal()
        let ledger = Ledger()
        let first = Task { try await read(journal, ledger, as: "first", lease: .seconds(4)) }
        _ = try await JournalIntegrationTests.add("0", to: journal)
        try await waitUntil("the first works") { ledger.now.done == ["0"] }

        let second = Task { try await read(journal, ledger, as: "second", lease: .seconds(4)) }
        for number in 1..<20 { _ = try await JournalIntegrationTests.add("\(number)", to: journal) }
        try await waitUntil("twenty facts") { ledger.now.done.count == 20 }
        #expect(ledger.now.workers == ["first"])

        first.cancel()
        try await first.value
        let stopped = ContinuousClock.now
        _ = try await JournalIntegrationTests.add("20", to: journal)
        try await waitUntil("the second works") { ledger.now.done.count == 21 }
        // The lease, the second's pause before it looks again, and a slow machine.
        #expect(ContinuousClock.now - stopped < .seconds(20))
        #expect(ledger.now.workers == ["first", "second"])
        #expect(ledger.now.done == (0...20).map(String.init))
        second.cancel()
        try await second.value
    }

    @Test func `an entry that none of our scripts wrote does not stop the reader`() async throws {
        let journal = try await JournalIntegrationTests.journal()
        let ledger = Ledger()
        let redis = try await TestWorld.shared().redis
        _ = try await JournalIntegrationTests.add("before", to: journal)
        _ = try await redis.send(["XADD", .string(journal.cell.journal), "*", "a", "1", "b", "2"])
        _ = try await JournalIntegrationTests.add("after", to: journal)
        let reader = Task { try await read(journal, ledger, as: "one", batch: 1) }
        try await waitUntil("both facts") { ledger.now.done == ["before", "2", "after"] }
        reader.cancel()
        try await reader.value
    }
}

extension Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
