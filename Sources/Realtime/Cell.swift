/// A keyspace that holds whole accounts, so that one script can touch all it needs.
///
/// Every key of a cell carries the cell's hash tag (`{c0}:…`), and so lives in one slot of a Redis
/// Cluster. The same code therefore runs on a single Redis, behind Sentinel, or spread over a cluster.
///
/// An account stays in its cell for good (`accounts.cell`): its keys could not be moved while it is at work.
package struct Cell: Hashable, Sendable {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    /// `{c0}:name`: a key, or a pub/sub channel, of this cell.
    package func key(_ name: String) -> String { "{c\(number)}:\(name)" }

    /// The ordered log of facts on their way to PostgreSQL.
    package var journal: String { key("journal") }
    /// Journal reader → stream id up to which it is done.
    package var readers: String { key("readers") }
    /// `epoch` names one unbroken life of the cell's data in Redis; `recovering` is set while a lost one is mended.
    package var state: String { key("cell") }
    /// Sorted set, timer → due, ms: all that is to happen by itself (Support/Timers).
    package var timers: String { key("timers") }
    /// Timer → what its handler has to know.
    package var timerNotes: String { key("timers:notes") }
    /// The process that reads the journal on behalf of all others.
    package func lease(of reader: String) -> String { key("lease:\(reader)") }
}
