import NIOCore
import Redis

/// A fact in a cell's journal, with the place it has there.
package struct JournalEntry: Sendable {
    /// Redis stream id, `ms-seq`; grows with every entry.
    package let id: String
    /// The fact, as JSON.
    package let fact: ByteBuffer

    package init(id: String, fact: ByteBuffer) {
        self.id = id
        self.fact = fact
    }

    /// From one element of an XRANGE or XREAD reply: `[id, [field, value]]`.
    ///
    /// An entry with other fields is none of our scripts', but it has its place: its last value comes along as
    /// the fact, which nobody can read, for a reader that left it out would never get past it.
    init?(_ value: RESPValue) {
        guard let parts = value.array, parts.count == 2, let id = parts[0].text else { return nil }
        self.init(id: id, fact: parts[1].array?.last?.bytes ?? ByteBuffer())
    }
}

/// Who reads the journal, in order, and does something with each fact.
package protocol JournalConsumer: Sendable {
    /// The reader's name; the journal keeps every entry until all readers have passed it.
    static var name: String { get }

    /// The stream id up to which everything is done. Called when this process comes on duty, and after an error.
    func resume() async throws -> String

    /// Does what the entries ask for, in order, all or nothing as far as `resume` is concerned: after an error
    /// the same entries come again.
    func consume(_ entries: [JournalEntry], after position: String) async throws
}
