import Foundation
import NIOCore
import Redis

/// How a process describes itself in Redis, field by field as Sidekiq does.
///
/// Each version reads what it knows: `concurrency` stands in `info` for those before 8.1.2 and beside it for those after,
/// `capsules` is for 8.x, `queues` and `weights` for the others.
struct ProcessRecord: Sendable {
    private let info: String
    private let concurrency: Int

    /// The version of Sidekiq whose record this is; Web pages show it.
    private static let sidekiqVersion = "7.3.10"

    init(_ identity: ProcessIdentity, _ configuration: JobWorkerConfiguration, startedAt: Date) {
        concurrency = configuration.concurrency
        let queues = configuration.queues.map(JSONText.string).joined(separator: ",")
        // 0 for every queue is Sidekiq's way of saying: strictly in this order.
        let isStrict = configuration.weights.isEmpty
        let weights = configuration.queues.map { queue in
            "\(JSONText.string(queue)):\(isStrict ? 0 : configuration.weights[queue] ?? 1)"
        }.joined(separator: ",")
        info = """
            {"hostname":\(JSONText.string(identity.host)),"started_at":\(JSONText.time(startedAt)),\
            "pid":\(identity.pid),"tag":\(JSONText.string(configuration.tag)),\
            "concurrency":\(configuration.concurrency),"queues":[\(queues)],"weights":[{\(weights)}],\
            "capsules":{"default":{"concurrency":\(configuration.concurrency),"mode":"\(isStrict ? "strict" : "weighted")",\
            "weights":{\(weights)}}},"labels":[],"identity":\(JSONText.string(identity.text)),\
            "version":"\(Self.sidekiqVersion)","embedded":false}
            """
    }

    /// The hash's fields and values, alternating; the script adds `beat`.
    func fields(busy: Int, isQuiet: Bool, roundTrip: Duration) -> [RedisArgument] {
        [
            "info", .string(info), "concurrency", .integer(concurrency), "busy", .integer(busy),
            "quiet", isQuiet ? "true" : "false", "rss", .integer(Self.residentKilobytes()),
            "rtt_us", .integer(Int(roundTrip.inSeconds * 1_000_000)),
        ]
    }

    /// A running job: the thread's name in base 36, and the job's text as a string within JSON.
    func work(slot: Int, job: FetchedJob, since: Date) -> [RedisArgument] {
        let work = """
            {"queue":\(JSONText.string(job.queue)),"payload":\(JSONText.string(String(buffer: job.bytes))),\
            "run_at":\(Int(since.timeIntervalSince1970))}
            """
        return [.string("slot" + String(slot, radix: 36)), .string(work)]
    }

    /// 0 where there is no /proc. Reading it does not wait for any disk.
    private static func residentKilobytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(getpagesize()) / 1024
    }
}
