import Foundation
import NIOCore
import Redis

/// Puts jobs into Redis, as Sidekiq's client does.
package final class JobClient: Sendable {
    let redis: RedisClient
    private let scripts: JobScripts?
    private let middleware: [any JobClientMiddleware]
    /// Redis's, once somebody has asked for it.
    let clock = RedisClock()

    /// - Parameter scripts: needed for unique jobs and batches, which trap without them.
    package init(
        redis: RedisClient, scripts: JobScripts? = nil, middleware: [any JobClientMiddleware] = []
    ) {
        self.redis = redis
        self.scripts = scripts
        self.middleware = middleware
    }

    /// False when it was not enqueued: a duplicate, of a batch that has ended, or held back by middleware.
    @discardableResult
    package func push(_ envelope: JobEnvelope) async throws(RedisError) -> Bool {
        try await !push([envelope]).isEmpty
    }

    /// One round trip however many they are. Jobs of one queue are taken in the order given. Returns those that
    /// were enqueued, as they were written: middleware may hold some back, and some may be duplicates.
    ///
    /// After an error with `outcomeUnknown` some may be in Redis already; pushing them again with the same
    /// `jid` runs a job at most once more.
    @discardableResult
    package func push(_ envelopes: [JobEnvelope]) async throws(RedisError) -> [JobEnvelope] {
        try await pushed(envelopes).filter { $0.fate == .enqueued }
    }

    /// All that middleware passed on, each with its fate.
    func pushed(_ envelopes: [JobEnvelope]) async throws(RedisError) -> [JobEnvelope] {
        try await push(envelopes, through: middleware[...])
    }

    private func push(
        _ envelopes: [JobEnvelope], through middleware: ArraySlice<any JobClientMiddleware>
    ) async throws(RedisError) -> [JobEnvelope] {
        guard !envelopes.isEmpty else { return [] }
        guard let first = middleware.first else {
            return try await write(envelopes)
        }
        return try await first.push(envelopes) { passed throws(RedisError) in
            try await push(passed, through: middleware.dropFirst())
        }
    }

    /// By Redis's clock, which decides when a job is due: compared once a minute at most.
    func redisNow() async throws(RedisError) -> Date {
        if clock.isStale() {
            let parts = (try await redis.send(["TIME"]).array ?? []).compactMap {
                $0.text.flatMap(Double.init)
            }
            if parts.count == 2 { clock.observed(parts[0] + parts[1] / 1_000_000) }
        }
        return clock.now()
    }

    private func write(_ envelopes: [JobEnvelope]) async throws(RedisError) -> [JobEnvelope] {
        let now = clock.now()
        guard envelopes.contains(where: \.isGuarded) else {
            try await writePlain(envelopes, now)
            return envelopes
        }
        var written: [JobEnvelope] = []
        for start in stride(from: 0, to: envelopes.count, by: Self.slice) {
            let end = min(start + Self.slice, envelopes.count)
            written += try await writeGuarded(Array(envelopes[start..<end]), now)
        }
        return written
    }

    /// The scripts, for what cannot do without.
    var required: JobScripts {
        guard let scripts else {
            preconditionFailure("a JobClient without scripts has no locks and no batches")
        }
        return scripts
    }

    private func writeGuarded(_ envelopes: [JobEnvelope], _ now: Date) async throws(RedisError)
        -> [JobEnvelope]
    {
        let reply = try await redis.evaluate(
            required.push, keys: [JobKeys.queues, JobKeys.schedule, JobKeys.scheduleWake],
            arguments: [
                .integer(Self.batchesKept), Self.wakesSchedulers(envelopes, now) ? "1" : "",
            ] + envelopes.flatMap { $0.guarded(at: now) })
        return zip(envelopes, reply.array ?? []).map { envelope, answer in
            var envelope = envelope
            let words = (answer.array ?? []).compactMap(\.text)
            switch words.first {
            case "duplicate": envelope.fate = .duplicate(of: words.last ?? "")
            case "over": envelope.fate = .batchOver
            default: envelope.fate = .enqueued
            }
            return envelope
        }
    }

    private func writePlain(_ envelopes: [JobEnvelope], _ now: Date) async throws(RedisError) {
        let commands = Self.commands(for: envelopes, now: now)
        for reply in try await redis.pipeline(commands) {
            if case .error(let text) = reply { throw RedisError(.server, text, command: "LPUSH") }
        }
    }

    /// More members than that in one command would hold up everybody else's.
    private static let slice = 1000

    private static func commands(for envelopes: [JobEnvelope], now: Date) -> [RedisCommand] {
        var queues: [String] = []
        var waiting: [String: [RedisArgument]] = [:]
        var scheduled: [RedisArgument] = []
        for envelope in envelopes {
            if let at = envelope.at {
                scheduled += [.string(JSONText.time(at)), .bytes(envelope.bytes)]
            } else {
                if waiting[envelope.queue] == nil { queues.append(envelope.queue) }
                waiting[envelope.queue, default: []].append(.bytes(envelope.queued(at: now)))
            }
        }
        var commands: [RedisCommand] = []
        if !queues.isEmpty {
            commands.append(RedisCommand(["SADD", .string(JobKeys.queues)] + queues.map { .string($0) }))
        }
        for queue in queues {
            commands += sliced(["LPUSH", .string(JobKeys.queue(queue))], waiting[queue]!, by: slice)
        }
        commands += sliced(["ZADD", .string(JobKeys.schedule)], scheduled, by: 2 * slice)
        if wakesSchedulers(envelopes, now) {
            // One element, for a scheduler that listens now or in the next moments.
            let wake = RedisArgument.string(JobKeys.scheduleWake)
            commands += [["LPUSH", wake, 1], ["LTRIM", wake, 0, 0], ["EXPIRE", wake, 5]]
        }
        return commands
    }

    /// Whether one of them is due before every scheduler looks by itself.
    private static func wakesSchedulers(_ envelopes: [JobEnvelope], _ now: Date) -> Bool {
        let soon = now.addingTimeInterval(JobScheduler.soon.inSeconds)
        return envelopes.contains { $0.at.map { $0 < soon } ?? false }
    }

    private static func sliced(
        _ command: [RedisArgument], _ arguments: [RedisArgument], by size: Int
    ) -> [RedisCommand] {
        stride(from: 0, to: arguments.count, by: size).map {
            RedisCommand(command + arguments[$0..<min($0 + size, arguments.count)])
        }
    }
}

extension JobEnvelope {
    fileprivate var isGuarded: Bool { lock != nil || batch != nil }

    /// As `jobs/push` reads it.
    fileprivate func guarded(at now: Date) -> [RedisArgument] {
        [
            .string(jid), .string(queue), .string(at.map(JSONText.time) ?? ""), .string(lock?.name ?? ""),
            .integer(lock?.lasts.inMilliseconds ?? 0), .string(batch ?? ""),
            .bytes(at == nil ? queued(at: now) : bytes),
        ]
    }
}
