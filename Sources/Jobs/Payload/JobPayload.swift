import Foundation
import NIOCore

/// A job as it lies in Redis: its bytes, and where in them the fields are.
///
/// When a name occurs twice the last one counts, as in Ruby.
package struct JobPayload: Sendable {
    package let bytes: ByteBuffer
    private let members: [JSONScanner.Member]

    /// Fails when `bytes` are not exactly one JSON object.
    package init(_ bytes: ByteBuffer) throws(MalformedJob) {
        self.bytes = bytes
        self.members = try JSONScanner.members(of: bytes.readableBytesUInt8Span)
    }

    package var className: String { string("class") ?? "" }
    package var jid: String { string("jid") ?? "" }
    /// What it really is: other frameworks wrap their jobs in a class of theirs.
    package var displayName: String { string("wrapped") ?? className }
    package var queue: String? { string("queue") }
    /// Where failed runs go, if elsewhere.
    package var retryQueue: String? { string("retry_queue") }
    /// The `args` array as text; an empty array when the job has none.
    package var arguments: ByteBuffer { raw("args") ?? ByteBuffer(string: "[]") }
    /// 0 after the first failure, absent before.
    package var retryCount: Int? { integer("retry_count") }
    /// False when an exhausted job is to be dropped instead of kept in the dead set.
    package var restsWhenDead: Bool { text("dead") != "false" }
    package var enqueuedAt: Date? { text("enqueued_at").flatMap(JSONText.time(from:)) }
    /// A time field, in whichever way its writer counts.
    func time(_ name: StaticString) -> Date? { text(name).flatMap(JSONText.time(from:)) }
    /// Whoever runs it is too late: Sidekiq's `expiry`, seconds.
    package func isExpired(at time: Date) -> Bool {
        guard let expiry = text("expiry").flatMap(Double.init) else { return false }
        return time.timeIntervalSince1970 > expiry
    }

    /// Whether the time is over for which a job with `retry_for` is tried; nil for other jobs.
    package func isOverdue(at time: Date) -> Bool? {
        guard let seconds = text("retry_for").flatMap(Double.init) else { return nil }
        guard let failedAt = text("failed_at").flatMap(JSONText.time(from:)) else { return false }
        return failedAt.addingTimeInterval(seconds) < time
    }

    /// What the job's author asked for; nil leaves it to the registry.
    package var retryRule: RetryRule? {
        switch text("retry") {
        case nil, "null": nil
        case "true": .atMost(RetryRule.defaultTries)
        case "false": .never
        case let text?: Int(text).map { .atMost($0) }
        }
    }

    /// A string field, nil if absent or of another type.
    package func string(_ name: StaticString) -> String? {
        guard let member = member(name) else { return nil }
        let text = bytes.readableBytesUInt8Span
        guard text[member.value.lowerBound] == UInt8(ascii: "\"") else { return nil }
        for index in member.value where text[index] == UInt8(ascii: "\\") {
            // `try?`: the scanner has accepted the string; only half a surrogate pair fails here.
            return try? JSONDecoder().decode(String.self, from: Data(slice(member.value).readableBytesView))
        }
        // Within the bytes by construction.
        return bytes.getString(
            at: bytes.readerIndex + member.value.lowerBound + 1, length: member.value.count - 2)!
    }

    /// The value of a field as JSON text.
    package func json(_ name: StaticString) -> ByteBuffer? { raw(name) }

    package func integer(_ name: StaticString) -> Int? { text(name).flatMap { Int($0) } }

    /// A copy with some members written anew, in place where they exist and else at the end; nil removes one.
    /// All other members keep their bytes.
    func replacing(_ changes: [(name: StaticString, value: String?)]) -> ByteBuffer {
        var result = ByteBufferAllocator().buffer(capacity: bytes.readableBytes + 256)
        var pending = changes
        result.writeStaticString("{")
        for (index, member) in members.enumerated() {
            guard let change = changes.first(where: { matches(member.name, $0.name) }) else {
                Self.separate(&result)
                result.writeImmutableBuffer(slice(member.name))
                result.writeStaticString(":")
                result.writeImmutableBuffer(slice(member.value))
                continue
            }
            let isLast = !members[(index + 1)...].contains { matches($0.name, change.name) }
            guard isLast else { continue }
            pending.removeAll { $0.name.description == change.name.description }
            if let value = change.value { Self.write(change.name, value, into: &result) }
        }
        for case (let name, let value?) in pending { Self.write(name, value, into: &result) }
        result.writeStaticString("}")
        return result
    }

    private static func write(_ name: StaticString, _ value: String, into result: inout ByteBuffer) {
        separate(&result)
        result.writeStaticString("\"")
        result.writeStaticString(name)
        result.writeStaticString("\":")
        result.writeString(value)
    }

    private static func separate(_ result: inout ByteBuffer) {
        if result.readableBytes > 1 { result.writeStaticString(",") }
    }

    private func text(_ name: StaticString) -> String? { raw(name).map { String(buffer: $0) } }

    private func raw(_ name: StaticString) -> ByteBuffer? {
        member(name).map { slice($0.value) }
    }

    private func member(_ name: StaticString) -> JSONScanner.Member? {
        members.last { matches($0.name, name) }
    }

    /// Compares without unescaping: nobody writes the letters of these names as `\u0063`.
    private func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount + 2 else { return false }
        let text = bytes.readableBytesUInt8Span
        for index in 0..<name.utf8CodeUnitCount
        where text[range.lowerBound + 1 + index] != name.utf8Start[index] {
            return false
        }
        return true
    }

    private func slice(_ range: Range<Int>) -> ByteBuffer {
        // Members lie within the bytes by construction.
        bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count)!
    }
}
