import Foundation
import NIOCore
import Redis

/// How the whole of it is.
package struct JobOverview: Encodable, Sendable {
    /// Executions ever, failed ones included; and of them the failed.
    package let processed, failed: Int
    package let enqueued, retries, scheduled, dead: Int
    package let processes, busy: Int
    package let queues: [JobQueue]
}

package struct JobQueue: Encodable, Sendable {
    package let name: String
    package let size: Int
    /// The age of the job that is taken next, in seconds.
    package let latency: Double
}

/// A worker process, of whatever make, that beat within the last minute.
package struct JobProcess: Encodable, Sendable {
    package let identity, hostname, tag: String
    package let pid, concurrency, busy: Int
    package let queues: [String]
    package let startedAt, beat: JobTime?
    /// Takes no more jobs.
    package let quiet: Bool
    /// Resident memory, in KiB.
    package let rss: Int
    package let work: [JobWork]

    enum CodingKeys: String, CodingKey {
        case identity, hostname, tag, pid, concurrency, busy, queues, beat, quiet, rss, work
        case startedAt = "started_at"
    }
}

/// A running job.
package struct JobWork: Encodable, Sendable {
    package let thread, queue, jid, name: String
    /// Redacted.
    package let arguments: String
    package let since: JobTime

    enum CodingKeys: String, CodingKey {
        case thread, queue, jid, arguments, since
        case name = "class"
    }

    init?(thread: String, text: String) {
        struct Stored: Decodable {
            let queue: String
            let payload: String
            let since: Double

            enum CodingKeys: String, CodingKey {
                case queue, payload
                case since = "run_at"
            }
        }
        // `try?`: another program's entry that cannot be read is not shown.
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(text.utf8)),
            let payload = try? JobPayload(ByteBuffer(string: stored.payload))
        else { return nil }
        self.thread = thread
        queue = stored.queue
        jid = payload.jid
        name = payload.displayName
        arguments = RedactedArguments.text(of: payload.arguments)
        since = JobTime(Date(timeIntervalSince1970: stored.since))
    }
}

extension JobProcess {
    /// From the record's fields `info`, `concurrency`, `busy`, `beat`, `quiet`, `rss`, and the work hash. Nil when the
    /// process is gone.
    init?(_ fields: [RESPValue], work: [RESPValue]) {
        struct Info: Decodable {
            var identity, hostname, tag: String?
            var pid, concurrency: Int?
            var queues: [String]?
            var startedAt: Double?

            enum CodingKeys: String, CodingKey {
                case identity, hostname, tag, pid, concurrency, queues
                case startedAt = "started_at"
            }
        }
        guard fields.count == 6, let text = fields[0].text,
            // `try?`: another program's record that cannot be read is not shown.
            let info = try? JSONDecoder().decode(Info.self, from: Data(text.utf8))
        else { return nil }
        identity = info.identity ?? ""
        hostname = info.hostname ?? ""
        tag = info.tag ?? ""
        pid = info.pid ?? 0
        concurrency = fields[1].int ?? info.concurrency ?? 0
        busy = fields[2].int ?? 0
        queues = info.queues ?? []
        startedAt = info.startedAt.map { JobTime(Date(timeIntervalSince1970: $0)) }
        beat = fields[3].text.flatMap(Double.init).map { JobTime(Date(timeIntervalSince1970: $0)) }
        quiet = fields[4].text == "true"
        rss = fields[5].int ?? 0
        self.work = stride(from: 0, to: work.count - 1, by: 2).compactMap {
            JobWork(thread: work[$0].text ?? "", text: work[$0 + 1].text ?? "")
        }
    }
}
