import Foundation
import NIOCore
import Redis

/// How far a watched job is: written by the job, kept in Redis for a while, and published at each change.
///
///     try await jobs.perform(ImportJob(file), JobOptions(watched: true))
///     // in ImportJob.perform:
///     try await JobProgress.report(done: rows, of: total, "importing")
package struct JobProgress: Sendable, Equatable, Codable {
    package enum State: String, Sendable, Codable {
        /// `retried` and `postponed` wait for another run; `succeeded`, `died` and `discarded` are the end.
        case running, retried, postponed, succeeded, died, discarded
    }

    package let jid: String
    package let state: State
    package let done: Int?
    package let total: Int?
    package let note: String?

    /// Kept so long after the last change.
    static let kept = 86_400

    static func key(_ jid: String) -> String { "progress:\(jid)" }

    /// Where each change is published, as JSON.
    package static func channel(_ jid: String) -> String { "progress:\(jid)" }

    @TaskLocal static var reporter: ProgressReporter?

    /// From within a running job. Does nothing in one that nobody watches. One small script call, at most ten a
    /// second: what comes faster is left out, unless it is the last (`done` = `total`).
    package static func report(done: Int, of total: Int, _ note: String? = nil) async throws(RedisError) {
        guard let reporter else { return }
        try await reporter.report(done, total, note)
    }
}

extension JobClient {
    /// Nil when the job has not begun, is not watched, or has ended long ago.
    package func progress(of jid: String) async throws(RedisError) -> JobProgress? {
        let reply = try await redis.send([
            "HMGET", .string(JobProgress.key(jid)), "state", "done", "total", "note",
        ])
        let fields = (reply.array ?? []).map(\.text)
        guard fields.count == 4, let state = fields[0].flatMap(JobProgress.State.init) else { return nil }
        return JobProgress(
            jid: jid, state: state, done: fields[1].flatMap { Int($0) }, total: fields[2].flatMap { Int($0) },
            note: fields[3])
    }
}
