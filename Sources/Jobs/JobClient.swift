import Foundation
import NIOCore
import Redis

/// Puts jobs into Redis, as Sidekiq's client does.
package final class JobClient: Sendable {
    private let redis: RedisClient
    private let middleware: [any JobClientMiddleware]

    package init(redis: RedisClient, middleware: [any JobClientMiddleware] = []) {
        self.redis = redis
        self.middleware = middleware
    }

    /// False when middleware held the job back.
    @discardableResult
    package func push(_ envelope: JobEnvelope) async throws(RedisError) -> Bool {
        try await !push([envelope]).isEmpty
    }

    /// One round trip however many they are. Jobs of one queue are taken in the order given. Returns those that
    /// were pushed, as they were pushed: middleware may hold some back.
    ///
    /// After an error with `outcomeUnknown` some may be in Redis already; pushing them again with the same
    /// `jid` runs a job at most once more.
    @discardableResult
    package func push(_ envelopes: [JobEnvelope]) async throws(RedisError) -> [JobEnvelope] {
        try await push(envelopes, through: middleware[...])
    }

    private func push(
        _ envelopes: [JobEnvelope], through middleware: ArraySlice<any JobClientMiddleware>
    ) async throws(RedisError) -> [JobEnvelope] {
        guard !envelopes.isEmpty else { return [] }
        guard let first = middleware.first else {
            try await write(envelopes)
            return envelopes
        }
        return try await first.push(envelopes) { passed throws(RedisError) in
            try await push(passed, through: middleware.dropFirst())
        }
    }

    private func write(_ envelopes: [JobEnvelope]) async throws(RedisError) {
        let commands = Self.commands(for: envelopes, now: Date())
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
        return commands + sliced(["ZADD", .string(JobKeys.schedule)], scheduled, by: 2 * slice)
    }

    private static func sliced(
        _ command: [RedisArgument], _ arguments: [RedisArgument], by size: Int
    ) -> [RedisCommand] {
        stride(from: 0, to: arguments.count, by: size).map {
            RedisCommand(command + arguments[$0..<min($0 + size, arguments.count)])
        }
    }
}
