import Foundation
import NIOCore

/// A job on its way to Redis: Sidekiq's JSON and where it belongs.
///
/// The same job, `jid` and times always give the same bytes. A job for later is a member of the set
/// `schedule`, so pushing it again with its `jid` changes nothing while it waits there.
package struct JobEnvelope: Sendable {
    package let jid: String
    package let queue: String
    /// When the job is to run; nil for at once.
    package let at: Date?
    /// The JSON without `at` and `enqueued_at`, as it lies in `schedule`.
    package private(set) var bytes: ByteBuffer
    /// What must be free, and is taken, in the step that enqueues it.
    var lock: JobLock?
    /// The batch that it joins in that step.
    var batch: String?
    /// Known once it was pushed.
    package internal(set) var fate = JobFate.enqueued
    /// Whether it brings attributes of its own.
    private(set) var hasAttributes = false

    /// - Parameters:
    ///   - queue: another one than the job's own.
    ///   - jid: identifies the job; random (12 bytes as hex) when not given.
    ///   - createdAt: by the caller's clock; kept for ever.
    ///   - at: run not before; by the caller's clock, though Redis's decides when it is due.
    /// - Throws: `EncodingError` when the job's fields cannot be written as JSON.
    package init(
        _ job: some Job, queue: String? = nil, jid: String? = nil, createdAt: Date, at: Date? = nil
    ) throws {
        try self.init(
            job, queue: queue ?? type(of: job).queue, retry: nil, jid: jid ?? Self.randomJID(),
            createdAt: createdAt,
            at: at)
    }

    init<J: Job>(
        _ job: J, queue: String, retry: RetryRule?, jid: String, createdAt: Date, at: Date?
    ) throws {
        self.jid = jid
        self.queue = queue
        self.at = at
        let arguments = try ArgumentEncoder.encode(job)
        var bytes = ByteBuffer()
        bytes.reserveCapacity(arguments.readableBytes + 256)
        bytes.writeStaticString("{\"class\":")
        bytes.writeJSON(J.name)
        bytes.writeStaticString(J.arguments == .named ? ",\"args\":[" : ",\"args\":")
        bytes.writeImmutableBuffer(arguments)
        bytes.writeStaticString(J.arguments == .named ? "],\"jid\":" : ",\"jid\":")
        bytes.writeJSON(jid)
        bytes.writeStaticString(",\"queue\":")
        bytes.writeJSON(queue)
        bytes.writeStaticString(",\"retry\":")
        bytes.writeString((retry ?? .atMost(J.maxRetries)).json)
        Self.writeRules(of: job, overridden: retry != nil, from: at ?? createdAt, into: &bytes)
        bytes.writeStaticString(",\"created_at\":")
        bytes.writeString(JSONText.time(createdAt))
        bytes.writeInteger(UInt8(ascii: "}"))
        self.bytes = bytes
    }

    /// What a job asks for beyond the ordinary, as members.
    private static func writeRules<J: Job>(
        of job: J, overridden: Bool, from time: Date, into bytes: inout ByteBuffer
    ) {
        if let tenant = job.tenant {
            bytes.writeStaticString(",\"tenant\":")
            bytes.writeJSON(tenant)
        }
        // Whoever says how often does not want to hear how long.
        if let limit = J.retryFor, !overridden {
            bytes.writeString(",\"retry_for\":\(Int(limit.inSeconds.rounded(.up)))")
        }
        if !J.restsWhenDead { bytes.writeStaticString(",\"dead\":false") }
        if let limit = J.expiresIn {
            bytes.writeString(",\"expiry\":\(JSONText.time(time.addingTimeInterval(limit.inSeconds)))")
        }
    }

    /// A copy with one more field; a field that is there already is written twice, and the last one counts.
    /// - Parameter json: the value as JSON text, believed without a look.
    package func adding(_ name: String, json: String) -> JobEnvelope {
        var copy = self
        copy.bytes = appending(name, json)
        if name == JobAttributes.field { copy.hasAttributes = true }
        return copy
    }

    /// The JSON as it lies in a queue.
    package func queued(at time: Date) -> ByteBuffer { appending("enqueued_at", JSONText.time(time)) }

    private func appending(_ name: String, _ json: String) -> ByteBuffer {
        var result = bytes
        result.moveWriterIndex(to: result.writerIndex - 1)
        result.writeInteger(UInt8(ascii: ","))
        result.writeJSON(name)
        result.writeInteger(UInt8(ascii: ":"))
        result.writeString(json)
        result.writeInteger(UInt8(ascii: "}"))
        return result
    }

    /// 24 hex digits, as in Sidekiq.
    package static func randomJID() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = String(random.next(), radix: 16) + String(random.next() as UInt32, radix: 16)
        return String(repeating: "0", count: 24 - digits.count) + digits
    }
}
