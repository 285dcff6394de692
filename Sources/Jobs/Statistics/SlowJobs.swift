import Foundation
import Logging
import NIOCore

/// Says once of each job that it runs for longer than jobs should. Looked at with each heartbeat.
struct SlowJobs {
    /// A job that takes longer holds up deployments, which wait for it, and should be cut into pieces.
    static let patience = 30.0

    private var told: [Int: Date] = [:]

    mutating func look(at running: [(slot: Int, job: FetchedJob, since: Date)], now: Date, _ logger: Logger) {
        var stillRunning: [Int: Date] = [:]
        for (slot, job, since) in running where now.timeIntervalSince(since) > Self.patience {
            stillRunning[slot] = since
            guard told[slot] != since else { continue }
            logger.warning(
                "a job is slow",
                metadata: Self.description(of: job).merging(
                    ["seconds": "\(Int(now.timeIntervalSince(since)))"], uniquingKeysWith: { $1 }))
        }
        told = stillRunning
    }

    /// Which job it is, for a log.
    static func description(of job: FetchedJob) -> Logger.Metadata {
        // `try?`: bytes that are no job are still in some queue.
        guard let payload = try? JobPayload(job.bytes) else { return ["queue": "\(job.queue)"] }
        return [
            "job": "\(payload.displayName)", "jid": "\(payload.jid)", "queue": "\(job.queue)",
            "arguments": "\(RedactedArguments.text(of: payload.arguments))",
        ]
    }
}
