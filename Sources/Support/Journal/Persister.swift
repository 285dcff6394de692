import Foundation
import Logging
import NIOConcurrencyHelpers
import Postgres
import Realtime
import Redis
import Secrets

/// Brings the journal's facts to PostgreSQL, in order, exactly once.
///
/// Each batch is one transaction that begins by moving the cell's position with compare-and-set. Whatever is
/// killed when: either the facts and the position are both in PostgreSQL or neither is. No lock has to be
/// trusted; the reader's lease only keeps two processes from doing the same work in vain.
package struct Persister: JournalConsumer {
    package static let name = "persister"

    /// The position in PostgreSQL is not where this process believed: somebody else has written meanwhile.
    package struct Overtaken: Error {}

    /// Redis has numbered messages anew that PostgreSQL has under those numbers: it is not as far as it once was.
    package struct FellBack: Error {}

    private let journal: Journal
    private let postgres: PostgresPool
    private let announcements: Announcements
    private let logger: Logger
    private let epoch = NIOLockedValueBox("")
    /// A batch has met numbers that were given before; the next `resume` sees to it.
    private let hasFallenBack = NIOLockedValueBox(false)

    package init(journal: Journal, postgres: PostgresPool, announcements: Announcements, logger: Logger) {
        self.journal = journal
        self.postgres = postgres
        self.announcements = announcements
        self.logger = logger
    }

    /// Finds the position in PostgreSQL and makes sure that Redis still agrees with it.
    package func resume() async throws -> String {
        let current = try await journal.epoch(orBegin: Epoch.fresh())
        let known = try await postgres.query(
            "SELECT epoch, position FROM journal_positions WHERE cell = \(journal.cell.number)"
        ).first
        if try await journal.isRecovering() || hasFallenBack.withLockedValue({ $0 }) {
            return try await recover()
        }
        guard let known else { return try await begin(epoch: current) }
        guard try known.decode("epoch", as: String.self) == current else {
            // A Redis that came back empty has no word of any reader. One that has is an older copy of itself.
            if try await journal.position(of: Self.name) != nil { return try await recover() }
            return try await begin(epoch: current)
        }
        epoch.withLockedValue { $0 = current }
        let position: String = try known.decode("position")
        guard try await journal.remembers(position, of: Self.name) else { return try await recover() }
        // What was written but not announced, because the process died in between.
        let facts = try await journal.entries(upTo: position, limit: 10_000).compactMap {
            try? Fact($0, in: journal.cell)
        }
        try await announcements.announce(FactFold(facts).persisted)
        return position
    }

    /// Writes a batch and tells the chats. Should the telling fail, the batch is written all the same, and the next
    /// `resume` tells.
    package func consume(_ entries: [JournalEntry], after position: String) async throws {
        do {
            try await announcements.announce(try await write(entries, after: position).persisted)
        } catch let error as FellBack {
            hasFallenBack.withLockedValue { $0 = true }
            throw error
        }
    }

    /// A journal that PostgreSQL has not met: a new installation, or a Redis that came back empty.
    private func begin(epoch: String) async throws -> String {
        _ = try await postgres.query(
            """
            INSERT INTO journal_positions (cell, epoch, position) VALUES (\(journal.cell.number), \(epoch), '0-0')
            ON CONFLICT (cell) DO UPDATE SET epoch = excluded.epoch, position = '0-0', updated_at = now()
            WHERE journal_positions.epoch <> excluded.epoch
            """)
        self.epoch.withLockedValue { $0 = epoch }
        return "0-0"
    }

    /// Redis came back with less than PostgreSQL has (a power cut took the last second of its file, or a replica without
    /// it took over). Sequence numbers in Redis are behind, so every chat goes cold, and is seeded anew once the journal
    /// has been drained; what was numbered meanwhile is made to fit (`Renumbering`).
    private func recover() async throws -> String {
        let epoch = Epoch.fresh()
        logger.error(
            "Redis lost facts that PostgreSQL has; the cell begins a new epoch",
            metadata: ["epoch": "\(epoch)"])
        try await journal.beginRecovery(epoch: epoch)
        var position = try await begin(epoch: epoch)
        var renumbering = Renumbering()
        var entries = try await journal.entries(after: position, limit: 1000)
        while let last = entries.last {
            renumbering = try await write(entries, after: position, renumbering).renumbering ?? renumbering
            position = last.id
            entries = try await journal.entries(after: position, limit: 1000)
        }
        try await journal.finishRecovery()
        hasFallenBack.withLockedValue { $0 = false }
        return position
    }

    /// What came of a batch: up to where each chat is in PostgreSQL now, and what the next one has to know.
    private struct Written: Sendable {
        var persisted: [FactFold.Persisted] = []
        var renumbering: Renumbering?
    }

    /// Writes a batch; one that PostgreSQL refuses is halved until what it refuses is alone, and set aside. With a
    /// renumbering its facts are made to fit first; without one, numbers that were given before are `FellBack`.
    private func write(
        _ entries: [JournalEntry], after position: String, _ renumbering: Renumbering? = nil
    ) async throws -> Written {
        guard let last = entries.last else { return Written(renumbering: renumbering) }
        let (cell, epoch) = (journal.cell.number, epoch.withLockedValue { $0 })
        do {
            let facts = try entries.map { try Fact($0, in: journal.cell) }
            return try await postgres.transaction { connection in
                guard
                    try PersisterRows.advance(
                        cell: cell, epoch: epoch, from: position, to: last.id, connection)
                else { throw Overtaken() }
                var (facts, renumbering) = (facts, renumbering)
                if renumbering == nil, try ForkRows.collide(facts, connection) { throw FellBack() }
                facts =
                    try renumbering?.fit(
                        facts, taken: ForkRows.taken(by: facts, connection),
                        open: ForkRows.open(in: facts, connection)) ?? facts
                let fold = FactFold(facts)
                try PersisterRows.write(fold, connection)
                return Written(persisted: fold.persisted, renumbering: renumbering)
            }
        } catch let error where isRefusal(error) {
            guard entries.count == 1 else {
                let half = entries.count / 2
                let first = try await write(Array(entries[..<half]), after: position, renumbering)
                let rest = try await write(
                    Array(entries[half...]), after: entries[half - 1].id, first.renumbering)
                return Written(
                    persisted: first.persisted + rest.persisted, renumbering: rest.renumbering)
            }
            try await setAside(last, after: position, because: error)
            return Written(renumbering: renumbering)
        }
    }

    private func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError:
            !error.isTransient && error.code != .shutdown && error.code != .cancelled
        case is DecodingError: true
        default: false
        }
    }

    private func setAside(_ entry: JournalEntry, after position: String, because error: any Error)
        async throws
    {
        logger.error(
            "a fact could not be written and was set aside",
            metadata: ["position": "\(entry.id)", "error": "\(error)"])
        let (cell, epoch) = (journal.cell.number, epoch.withLockedValue { $0 })
        let bytes = Array(entry.fact.readableBytesView)
        let reason = error is DecodingError ? "the fact cannot be read" : "\(error)"
        try await postgres.transaction { connection in
            guard
                try PersisterRows.advance(cell: cell, epoch: epoch, from: position, to: entry.id, connection)
            else { throw Overtaken() }
            try connection.query(
                """
                INSERT INTO journal_dead_letters (cell, epoch, position, fact, error)
                VALUES (\(cell), \(epoch), \(entry.id), \(bytes), \(reason))
                """)
        }
    }
}

/// Names for the lives of a cell's data.
enum Epoch {
    static func fresh() -> String { RandomToken.make(bytes: 9) }
}
