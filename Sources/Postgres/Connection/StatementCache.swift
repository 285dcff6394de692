/// The prepared statements of one connection, by text and parameter types; the least recently used makes room.
struct StatementCache {
    struct Key: Hashable {
        let text: String
        let types: [PostgresType]
    }

    private struct Entry {
        let name: String
        var lastUse: Int
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    private var uses = 0
    private var names = 0
    /// Statements that the server still holds and nobody will use again.
    private var retired: [String] = []

    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { entries.count }

    /// The name to run the statement by, and whether it has to be prepared under that name first.
    mutating func name(for key: Key) -> (name: String, isNew: Bool) {
        uses += 1
        if let name = entries[key]?.name {
            entries[key]?.lastUse = uses
            return (name, false)
        }
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            retired.append(oldest.value.name)
        }
        names += 1
        let name = "s\(names)"
        entries[key] = Entry(name: name, lastUse: uses)
        return (name, true)
    }

    /// Forgets a statement that could not be prepared, or whose plan has gone stale (then the server holds it
    /// still). Only under the name given: the text may have been prepared anew since.
    mutating func forget(_ key: Key, name: String, isHeldByServer: Bool) {
        guard entries[key]?.name == name else { return }
        entries[key] = nil
        if isHeldByServer { retired.append(name) }
    }

    /// What to deallocate at the next occasion.
    mutating func takeRetired() -> [String] {
        defer { retired.removeAll() }
        return retired
    }
}
