import Foundation
import NIOCore

/// Why a run of a job failed, as Sidekiq's Web page shows it.
struct JobFailure: Sendable {
    /// Sidekiq's limit.
    static let maxMessageLength = 10_000

    let errorClass: String
    let message: String

    init(_ error: any Error) {
        if case .kill(let reason) = error as? JobDirective {
            self.init(errorClass: "Jobs.Killed", message: reason)
            return
        }
        self.init(
            errorClass: String(reflecting: type(of: error)),
            message: String(String(describing: error).prefix(Self.maxMessageLength)))
    }

    init(errorClass: String, message: String) {
        self.errorClass = errorClass
        self.message = message
    }

    /// The text of `job` after this failure.
    ///
    /// `enqueued_at` goes, because promotion writes it anew and the text must not grow with each try.
    func recorded(in job: JobPayload, count: Int, at time: Date) -> ByteBuffer {
        job.replacing(
            [
                ("queue", job.retryQueue.map(JSONText.string)),
                ("enqueued_at", nil),
                ("error_message", JSONText.string(message)),
                ("error_class", JSONText.string(errorClass)),
                (count == 0 ? "failed_at" : "retried_at", JSONText.time(time)),
                ("retry_count", String(count)),
            ].filter { $0.name.description != "queue" || $0.value != nil })
    }
}

/// The `class` of a job that nobody registered: an ordinary failure, since a newer release that knows it may
/// be on its way.
struct UnknownJob: Error, CustomStringConvertible {
    let name: String
    var description: String { "no job named \(name) is registered in this worker" }
}
