import Foundation
import NIOCore

/// A waiting job, as administrators see it: everything but what people wrote, which its arguments may carry.
package struct JobEntry: Encodable, Sendable {
    /// Names it in its place: `SCORE-JID` in a set, as in Sidekiq's Web, and the jid in a queue.
    package let id: String
    package let jid: String
    package let name: String
    package let queue: String
    /// Redacted.
    package let arguments: String
    /// When it runs, or when it died; nil in a queue.
    package let at: JobTime?
    package let createdAt, enqueuedAt, failedAt: JobTime?
    /// How often it failed.
    package let failures: Int
    package let errorClass, errorMessage: String?

    /// The bytes as they wait, and where.
    let bytes: ByteBuffer

    enum CodingKeys: String, CodingKey {
        case id, jid, queue, arguments, at, failures
        case name = "class"
        case createdAt = "created_at"
        case enqueuedAt = "enqueued_at"
        case failedAt = "failed_at"
        case errorClass = "error_class"
        case errorMessage = "error_message"
    }

    /// Of bytes that are no job, only that they are there can be told.
    init(_ bytes: ByteBuffer, score: String?) {
        let payload = try? JobPayload(bytes)  // told as such
        self.bytes = bytes
        jid = payload?.jid ?? ""
        id = score.map { "\($0)-\(payload?.jid ?? "")" } ?? payload?.jid ?? ""
        name = payload?.displayName ?? "(no job)"
        queue = payload?.queue ?? ""
        arguments = payload.map { RedactedArguments.text(of: $0.arguments) } ?? ""
        at = score.flatMap(Double.init).map { JobTime(Date(timeIntervalSince1970: $0)) }
        createdAt = payload?.time("created_at").map(JobTime.init)
        enqueuedAt = payload?.enqueuedAt.map(JobTime.init)
        failedAt = payload?.time("failed_at").map(JobTime.init)
        failures = payload?.retryCount.map { $0 + 1 } ?? 0
        errorClass = payload?.string("error_class")
        errorMessage = payload?.string("error_message")
    }

    /// The whole text, arguments included: for whoever may read Redis anyway.
    package var text: String { String(buffer: bytes) }
}

/// Some of the jobs of a place.
package struct JobPage: Encodable, Sendable {
    /// All that wait there, whether they match or not.
    package let total: Int
    package let jobs: [JobEntry]
    /// Where to go on: the `offset` of the next page; nil at the end.
    package let next: Int?
}

/// A moment, in JSON as ISO 8601 with milliseconds, UTC.
package struct JobTime: Encodable, Sendable, CustomStringConvertible {
    package let date: Date

    init(_ date: Date) { self.date = date }

    package var description: String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
