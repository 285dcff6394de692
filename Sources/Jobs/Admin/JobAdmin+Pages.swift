import NIOCore
import Redis

extension JobAdmin {
    /// Read from Redis at once.
    private static let slice = 500
    private static let lock = ByteBuffer(string: "\"unique_key\":")
    private static let batch = ByteBuffer(string: "\"bid\":")
    /// A search gives up after so many, and says where to go on: nobody's browser waits for a million.
    private static let longestSearch = 20_000

    /// Up to `limit` jobs from `offset` on.
    ///
    /// - Parameter query: only those whose text has it somewhere; nil or empty for all.
    package func page(
        of place: JobPlace, offset: Int = 0, limit: Int = 25, matching query: String? = nil
    ) async throws(RedisError) -> JobPage {
        let total = try await count(place)
        let query = query.flatMap { $0.isEmpty ? nil : ByteBuffer(string: $0) }
        let size = query == nil ? limit : Self.slice
        var found: [JobEntry] = []
        var position = max(0, offset)
        let end = query == nil ? position + limit : position + Self.longestSearch
        search: while position < min(total, end), found.count < limit {
            let read = try await entries(place, position, size)
            if read.isEmpty { break }
            for (bytes, score) in read {
                position += 1
                if query.map({ bytes.contains($0) }) ?? true { found.append(JobEntry(bytes, score: score)) }
                if found.count == limit { break search }
            }
        }
        return JobPage(total: total, jobs: found, next: position < total ? position : nil)
    }

    /// The job that `id` names: an entry's, or only its jid, which takes a search.
    package func find(_ id: String, in place: JobPlace) async throws(RedisError) -> JobEntry? {
        if !place.isQueue, let hyphen = id.firstIndex(of: "-"), Double(id[..<hyphen]) != nil {
            let score = String(id[..<hyphen])
            let reply = try await redis.send([
                "ZRANGE", .string(place.key), .string(score), .string(score), "BYSCORE",
            ])
            return (reply.array ?? []).compactMap(\.bytes).map { JobEntry($0, score: score) }
                .first { $0.id == id }
        }
        var offset = 0
        while true {
            let page = try await page(of: place, offset: offset, limit: Self.slice, matching: id)
            if let entry = page.jobs.first(where: { $0.jid == id }) { return entry }
            guard let next = page.next else { return nil }
            offset = next
        }
    }

    /// Does `action` with all jobs that are in `place` now, and returns with how many it did.
    package func performOnAll(_ action: JobAction, in place: JobPlace) async throws(RedisError) -> Int {
        if action == .delete { return try await clear(place) }
        var left = try await count(place)
        var done = 0
        // What fails again meanwhile comes back to the end, and is not what was asked for.
        while left > 0 {
            let read = try await entries(place, 0, min(left, Self.slice))
            if read.isEmpty { break }
            for (bytes, score) in read
            where try await perform(action, on: JobEntry(bytes, score: score), in: place) { done += 1 }
            left -= read.count
        }
        return done
    }

    /// Whatever belongs to nobody else is dropped at once, after the others one by one.
    private func clear(_ place: JobPlace) async throws(RedisError) -> Int {
        var (offset, taken) = (0, 0)
        while true {
            let read = try await entries(place, offset, Self.slice)
            if read.isEmpty { break }
            var deleted = 0
            for (bytes, score) in read where bytes.contains(Self.lock) || bytes.contains(Self.batch) {
                if try await perform(.delete, on: JobEntry(bytes, score: score), in: place) { deleted += 1 }
            }
            offset += read.count - deleted
            taken += deleted
        }
        var commands: [RedisCommand] = [["UNLINK", .string(place.key)]]
        if case .queue(let name) = place {
            commands.append(["SREM", .string(JobKeys.queues), .string(name)])
        }
        let total = try await count(place)
        _ = try await redis.pipeline(commands)
        return total + taken
    }

    private func count(_ place: JobPlace) async throws(RedisError) -> Int {
        try await redis.send([place.isQueue ? "LLEN" : "ZCARD", .string(place.key)]).int ?? 0
    }

    private func entries(
        _ place: JobPlace, _ offset: Int, _ count: Int
    ) async throws(RedisError) -> [(bytes: ByteBuffer, score: String?)] {
        let key = RedisArgument.string(place.key)
        guard !place.isQueue else {
            // The tail is taken next.
            let reply = try await redis.send([
                "LRANGE", key, .integer(-offset - count), .integer(-offset - 1),
            ])
            return (reply.array ?? []).compactMap(\.bytes).reversed().map { ($0, nil) }
        }
        let order: [RedisArgument] = place == .dead ? ["REV"] : []
        let reply = try await redis.send(
            RedisCommand(
                ["ZRANGE", key, .integer(offset), .integer(offset + count - 1)] + order + ["WITHSCORES"]))
        let parts = reply.array ?? []
        return stride(from: 0, to: parts.count - 1, by: 2).compactMap { index in
            parts[index].bytes.map { ($0, parts[index + 1].text) }
        }
    }
}

extension ByteBuffer {
    fileprivate func contains(_ other: ByteBuffer) -> Bool {
        readableBytesView.firstRange(of: other.readableBytesView) != nil
    }
}
