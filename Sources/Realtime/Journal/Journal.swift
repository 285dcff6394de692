import Redis

/// The ordered log of a cell's facts on their way to PostgreSQL: one Redis stream, appended to by scripts.
package struct Journal: Sendable {
    package let cell: Cell
    private let redis: RedisClient
    private let scripts: JournalScripts

    package init(cell: Cell, redis: RedisClient, scripts: JournalScripts) {
        self.cell = cell
        self.redis = redis
        self.scripts = scripts
    }

    /// Entries that no reader has let go of yet.
    package func length() async throws(RedisError) -> Int {
        try await redis.send(["XLEN", .string(cell.journal)]).int ?? 0
    }

    /// The greatest id the journal ever gave, `0-0` if none.
    package func lastID() async throws(RedisError) -> String {
        guard try await redis.send(["EXISTS", .string(cell.journal)]).int == 1 else { return "0-0" }
        let info = try await redis.send(["XINFO", "STREAM", .string(cell.journal)]).array ?? []
        for (name, value) in zip(info, info.dropFirst()) where name.text == "last-generated-id" {
            return value.text ?? "0-0"
        }
        return "0-0"
    }

    /// The oldest entries after an id and up to another, that one included; nil stands for the ends.
    package func entries(
        after: String? = nil, upTo: String? = nil, limit: Int
    ) async throws(RedisError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var start = after.map { "(" + $0 } ?? "-"
        while entries.count < limit {
            let count = min(limit - entries.count, Self.surelyTaken)
            let reply = try await redis.send([
                "XRANGE", .string(cell.journal), .string(start), .string(upTo ?? "+"), "COUNT",
                .integer(count),
            ])
            let page = reply.array ?? []
            entries += page.compactMap(JournalEntry.init)
            guard page.count == count, let last = entries.last else { break }
            start = "(" + last.id
        }
        return entries
    }

    /// So many entries fit into a reply, however large the messages in them are.
    static let surelyTaken = 64

    /// Where a reader is, by its own account in Redis; nil when Redis does not know it.
    package func position(of reader: String) async throws(RedisError) -> String? {
        try await redis.send(["HGET", .string(cell.readers), .string(reader)]).text
    }

    /// Whether this life of Redis has seen a reader come as far as a position: Redis says so itself, or still has the
    /// entry, as none is dropped before its reader has told. A Redis that lost its last second does neither, however
    /// much has been added since.
    package func remembers(_ position: String, of reader: String) async throws(RedisError) -> Bool {
        if position == "0-0" { return true }
        // In this order: should the entry be dropped between the two, the reader's word is newer.
        let replies = try await redis.pipeline([
            ["XRANGE", .string(cell.journal), .string(position), .string(position)],
            ["HGET", .string(cell.readers), .string(reader)],
        ])
        if replies[0].array?.isEmpty == false { return true }
        return replies[1].text.map { !isJournalID(position, after: $0) } ?? false
    }

    /// Remembers how far a reader is and drops what all have passed. Returns how many entries are left.
    @discardableResult
    package func advance(_ reader: String, to position: String, of readers: [String]) async throws(RedisError)
        -> Int
    {
        let reply = try await redis.evaluate(
            scripts.advance, keys: [cell.journal, cell.readers],
            arguments: [.string(reader), .string(position)] + readers.map { .string($0) })
        return reply.array?.last?.int ?? 0
    }

    /// Takes or keeps the duty of a reader; false while another process has it.
    package func hold(_ reader: String, as process: String, for duration: Duration) async throws(RedisError)
        -> Bool
    {
        let reply = try await redis.evaluate(
            scripts.lease, keys: [cell.lease(of: reader)],
            arguments: [.string(process), .integer(duration.milliseconds)])
        return reply.array?.first?.text == "held"
    }

    /// Starts a new epoch, because Redis lost facts that PostgreSQL has; no chat is seeded until `finishRecovery`.
    package func beginRecovery(epoch: String) async throws(RedisError) {
        _ = try await redis.evaluate(
            scripts.recover, keys: [cell.state], arguments: ["begin", .string(epoch)])
    }

    /// Whether a recovery was begun and not finished; whoever did it may have died.
    package func isRecovering() async throws(RedisError) -> Bool {
        try await redis.send(["HEXISTS", .string(cell.state), "recovering"]).int == 1
    }

    package func finishRecovery() async throws(RedisError) {
        _ = try await redis.evaluate(scripts.recover, keys: [cell.state], arguments: ["finish", ""])
    }

    /// The name of the cell's present life in Redis. Where there is none, because Redis is new or came back empty,
    /// a life begins under the given name.
    package func epoch(orBegin fresh: String) async throws(RedisError) -> String {
        let replies = try await redis.pipeline([
            ["HSETNX", .string(cell.state), "epoch", .string(fresh)], ["HGET", .string(cell.state), "epoch"],
        ])
        guard let epoch = replies.last?.text else {
            throw RedisError(.protocolViolation, "a cell without an epoch")
        }
        return epoch
    }
}

extension Duration {
    /// Whole milliseconds, as Redis and the wire count.
    package var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// Stream ids are `ms-seq`, compared as pairs of numbers.
package func isJournalID(_ a: String, after b: String) -> Bool {
    func parts(_ id: String) -> (UInt64, UInt64) {
        let halves = id.split(separator: "-")
        return (UInt64(halves.first ?? "0") ?? 0, UInt64(halves.count > 1 ? halves[1] : "0") ?? 0)
    }
    return parts(a) > parts(b)
}
