import Foundation
import Redis

/// Answers that it has run: shows that what is pushed here is run there, and how long that takes. May hold its slot for
/// a while, so that one can see what *quiet* and *stop* do.
///
/// Its arguments are positional, so that a worker in another language can answer as well: `[answer, seconds]`, and the
/// answer is an element pushed to the list `probe:ANSWER`, kept for a minute.
package struct ProbeJob: Job {
    package static let name = "ProbeJob"
    package static let maxRetries = 3
    package static let arguments = JobArguments.positional

    /// The longest hold, in seconds.
    package static let longestHold = 60.0

    package let answer: String
    package let hold: Double

    package init(answer: String, hold: Double) {
        self.answer = answer
        self.hold = hold
    }

    package init(from decoder: any Decoder) throws {
        var arguments = try decoder.unkeyedContainer()
        answer = try arguments.decode(String.self)
        hold = arguments.isAtEnd ? 0 : try arguments.decode(Double.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var arguments = encoder.unkeyedContainer()
        try arguments.encode(answer)
        try arguments.encode(hold)
    }

    package func perform(_ redis: RedisClient, _ context: JobContext) async throws {
        if hold > 0 { try await Task.sleep(for: .seconds(min(hold, Self.longestHold))) }
        let key = RedisArgument.string(Self.key(answer))
        for reply in try await redis.pipeline([["RPUSH", key, .string(context.jid)], ["EXPIRE", key, 60]]) {
            if case .error(let text) = reply { throw RedisError(.server, text, command: "RPUSH") }
        }
    }

    static func key(_ answer: String) -> String { "probe:\(answer)" }

    /// Waits for the answer. Nil when none came within `patience`; what else the worker did stands in its log.
    ///
    /// - Parameter blocking: a client without a time-out of its own.
    package static func answer(
        _ answer: String, within patience: Duration, over blocking: RedisClient
    ) async throws(RedisError) -> String? {
        let reply = try await blocking.send([
            "BLPOP", .string(key(answer)), "\(patience.inSeconds)",
        ])
        return reply.array?.last?.text
    }
}
