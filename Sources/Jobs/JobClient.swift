import Foundation
import NIOCore
import Redis

/// Puts jobs into Redis, as Sidekiq's client does.
package final class JobClient: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    package func push(_ envelope: JobEnvelope) async throws(RedisError) { try await push([envelope]) }

    /// One round trip however many they are. Jobs of one queue are taken in the order given.
    ///
    /// After an error with `outcomeUnknown` some may be in Redis already; pushing them again with the same
    /// `jid` runs a job at most once more.
    package func push(_ envelopes: [JobEnvelope]) async throws(RedisError) {
        guard !envelopes.isEmpty else { return }
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
