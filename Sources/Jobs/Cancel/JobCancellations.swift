import Foundation
import Logging
import Redis
import ServiceLifecycle
import Synchronization

/// Ends jobs that somebody cancelled by their `jid`: those that wait are dropped when their turn comes, those that run
/// are told so (their task is cancelled) within a second or so.
///
/// Looking for a job in a long queue would hold up Redis, and asking Redis before each job would cost every
/// job a round trip. So a cancellation is a mark in a set that workers look at once a second, and keep in mind.
/// To be given to the registry, and run beside the worker.
package final class JobCancellations: JobMiddleware, Service {
    /// zset: jid of a cancelled job → when that was, µs.
    static let marks = "cancelled"
    /// How long a mark is kept for a job that does not come.
    static let kept: Duration = .seconds(30 * 86_400)

    private struct State {
        var marks: Set<String> = []
        var seen = 0
        var running: [String: Task<Void, any Error>] = [:]
    }

    private let state = Mutex(State())
    private let redis: RedisClient
    private let interval: Duration
    private let logger: Logger

    package init(redis: RedisClient, interval: Duration = .seconds(1), logger: Logger) {
        self.redis = redis
        self.interval = interval
        self.logger = logger
    }

    /// Returns after a graceful shutdown or when its task is cancelled.
    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.look()
                } catch {
                    self.logger.warning("cancelled jobs are not known", metadata: ["error": "\(error)"])
                }
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        let jid = run.payload.jid
        if state.withLock({ $0.marks.contains(jid) }), try await isMarked(jid) { throw Self.dropped }
        // Waits within this call, so `next` does not outlive it.
        try await withoutActuallyEscaping(next) { next in
            let task = Task { try await next(run) }
            state.withLock { $0.running[jid] = task }
            defer { state.withLock { $0.running[jid] = nil } }
            let outcome = await withTaskCancellationHandler {
                await task.result
            } onCancel: {
                task.cancel()
            }
            if case .failure = outcome, task.isCancelled, !Task.isCancelled { throw Self.dropped }
            try outcome.get()
        }
    }

    package func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        // A job with this jid may be wanted again.
        end == .discarded ? [JobErrand(.call("ZREM", .string(Self.marks), .string(job.jid)))] : []
    }

    /// Reads the marks since the last look, and some before: clocks are set back now and then.
    func look() async throws(RedisError) {
        let since = state.withLock { $0.seen } - 5_000_000
        let reply = try await redis.send([
            "ZRANGE", .string(Self.marks), .integer(since), "+inf", "BYSCORE", "WITHSCORES",
        ])
        let words = (reply.array ?? []).compactMap(\.text)
        let cancelled = state.withLock { state in
            var cancelled: [Task<Void, any Error>] = []
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                state.marks.insert(words[index])
                state.seen = max(state.seen, Int(Double(words[index + 1]) ?? 0))
                if let task = state.running[words[index]] { cancelled.append(task) }
            }
            return cancelled
        }
        for task in cancelled { task.cancel() }
    }

    /// A mark kept in mind may have been for an earlier job.
    private func isMarked(_ jid: String) async throws(RedisError) -> Bool {
        let isMarked = try await redis.send(["ZSCORE", .string(Self.marks), .string(jid)]).text != nil
        if !isMarked { state.withLock { _ = $0.marks.remove(jid) } }
        return isMarked
    }

    private static let dropped = JobDirective.discard("cancelled")
}

extension JobClient {
    /// Ends a job wherever it is: waiting, scheduled, to be tried again, or running. Whoever ran it is not undone.
    /// A job that has ended, or never was, is none the worse.
    package func cancel(_ jid: String) async throws(RedisError) {
        _ = try await redis.evaluate(
            required.cancel, keys: [JobCancellations.marks],
            arguments: [.string(jid), .integer(Int(JobCancellations.kept.inSeconds))])
    }
}
