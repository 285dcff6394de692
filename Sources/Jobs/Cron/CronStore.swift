import Foundation
import NIOCore
import Redis

/// What cron does in Redis. Its time is Redis's own.
struct CronStore: Sendable {
    let redis: RedisClient
    let scripts: JobScripts
    let identity: String

    /// string: identity of the process that looks at the clock. Sidekiq's key, so its Web page shows who.
    static let leader = "dear-leader"
    /// hash: entry → its last tick, seconds.
    static let ticks = "cron"

    struct Term: Sendable, Equatable {
        let now: Date
        /// The last tick of each entry, as Redis keeps it; an entry seen for the first time has its own beginning.
        let last: [Int]
    }

    /// Becomes or stays the leader for `lease`; nil when another process is.
    func lead(lease: Duration, entries: [String]) async throws(RedisError) -> Term? {
        let reply = try await redis.evaluate(
            scripts.lead, keys: [Self.leader, Self.ticks],
            arguments: [.string(identity), .integer(Int(lease.inSeconds * 1000))]
                + entries.map { .string($0) })
        guard let parts = reply.array, parts.first?.text == "leader", parts.count == 2 + entries.count,
            let now = parts[1].text.flatMap(Double.init)
        else { return nil }
        return Term(
            now: Date(timeIntervalSince1970: now),
            last: parts.dropFirst(2).map { $0.text.flatMap { Int($0) } ?? Int(now) })
    }

    /// So that the next leader need not wait for the lease to end.
    func resign() async throws(RedisError) {
        _ = try await redis.evaluate(
            scripts.lead, keys: [Self.leader, Self.ticks], arguments: [.string(identity), 0])
    }

    /// Enqueues a tick unless somebody else made one after `last`.
    func tick(
        _ entry: Cron.Entry, last: Int, tick: Int, payload: ByteBuffer
    ) async throws(RedisError) -> Bool {
        let reply = try await redis.evaluate(
            scripts.tick, keys: [Self.ticks, JobKeys.queues, JobKeys.queue(entry.queue)],
            arguments: [
                .string(entry.name), .integer(last), .integer(tick), .string(entry.queue), .bytes(payload),
            ])
        return reply.array?.first?.text == "enqueued"
    }
}
