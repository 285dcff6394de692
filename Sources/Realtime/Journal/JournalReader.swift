import Logging
import Metrics
import NIOCore
import Redis
import ServiceLifecycle

/// Reads a cell's journal in order and hands it to a consumer in batches.
///
/// Each worker process has one per cell and consumer; a lease lets one of them do the work, and another take
/// over within the lease when that one dies. Reading blocks in Redis, so a fact is handled as it comes, and
/// while a batch is being handled the next one gathers by itself.
package struct JournalReader<Consumer: JournalConsumer>: Service {
    private let journal: Journal
    private let consumer: Consumer
    private let blocking: RedisClient
    private let readers: [String]
    private let process: String
    private let batch: Int
    private let lease: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - blocking: a connection of its own without a command time-out, as it waits in XREAD.
    ///   - readers: the names of all readers; entries stay until the slowest has passed them.
    ///   - process: tells this process from all others.
    package init(
        journal: Journal, consumer: Consumer, blocking: RedisClient, readers: [String], process: String,
        batch: Int = 1000, lease: Duration = .seconds(4), logger: Logger
    ) {
        self.journal = journal
        self.consumer = consumer
        self.blocking = blocking
        self.readers = readers
        self.process = process
        self.batch = batch
        self.lease = lease
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var position: String?
            var failures = 0
            while !Task.isCancelled {
                do {
                    position = try await step(from: position)
                    failures = 0
                } catch is CancellationError {
                    return
                } catch {
                    if Task.isCancelled { return }
                    failures += 1
                    note(error, failures)
                    position = nil
                    await pause(.milliseconds(min(2000, 100 << min(failures, 5))))
                }
            }
        }
    }

    /// One turn: keep the duty, wait for entries, have them done. Returns the position to go on from, nil when
    /// another process is on duty.
    private func step(from known: String?) async throws -> String? {
        guard try await journal.hold(Consumer.name, as: process, for: lease) else {
            await pause(.milliseconds(250))
            return nil
        }
        let position: String
        if let known {
            position = known
        } else {
            position = try await consumer.resume()
            // Whoever was on duty before may have died between its work and this.
            try await journal.advance(Consumer.name, to: position, of: readers)
        }

        let entries = try await read(after: position)
        guard let last = entries.last else { return position }
        try await consumer.consume(entries, after: position)
        let left = try await journal.advance(Consumer.name, to: last.id, of: readers)

        Counter(label: "switchboard.journal.entries", dimensions: [("reader", Consumer.name)])
            .increment(by: entries.count)
        Gauge(label: "switchboard.journal.length", dimensions: [("cell", "\(journal.cell.number)")]).record(
            left)
        return last.id
    }

    /// Waits in Redis for at most a quarter of the lease, so that the duty is kept in time.
    private func read(after position: String) async throws -> [JournalEntry] {
        do {
            return try await read(batch, after: position)
        } catch let error as RedisError {
            // Many large messages: a whole batch of them is more than one reply may be.
            guard error.code == .protocolViolation, batch > Journal.surelyTaken else { throw error }
            return try await read(Journal.surelyTaken, after: position)
        }
    }

    private func read(_ count: Int, after position: String) async throws -> [JournalEntry] {
        let wait = lease.milliseconds / 4
        let reply = try await blocking.send([
            "XREAD", "COUNT", .integer(count), "BLOCK", .integer(wait),
            "STREAMS", .string(journal.cell.journal), .string(position),
        ])
        return (reply.array?.first?.array?.last?.array ?? []).compactMap(JournalEntry.init)
    }

    /// While PostgreSQL is away every attempt fails alike: said at once, and then more and more rarely.
    private func note(_ error: any Error, _ failures: Int) {
        guard failures & (failures - 1) == 0 else { return }
        logger.warning(
            "journal reader stopped short and begins again",
            metadata: ["reader": "\(Consumer.name)", "attempt": "\(failures)", "error": "\(error)"])
    }

    private func pause(_ duration: Duration) async {
        // A cancelled sleep is noticed by the loop's own condition.
        try? await Task.sleep(for: duration)
    }
}
