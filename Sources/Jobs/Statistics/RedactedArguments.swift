import Foundation
import NIOCore

/// The arguments of a job as they may stand in a log and on an administrator's screen: what kind of thing each is, and
/// those that only name something. A job may carry anybody's words, addresses or tokens.
///
///     [{"account_id":"0190…","seq":17,"note":"(12 characters)"}]
package enum RedactedArguments {
    /// Longer ones are cut: they are looked at, not read.
    package static let maxLength = 2000

    /// Numbers, true, false, null, UUIDs and the names of members stay; other strings tell their length only.
    package static func text(of arguments: ByteBuffer) -> String {
        var text = ""
        var bytes = arguments.readableBytesView[...]
        while let byte = bytes.first, text.utf8.count < maxLength {
            guard byte == UInt8(ascii: "\"") else {
                text.unicodeScalars.append(Unicode.Scalar(byte))
                bytes = bytes.dropFirst()
                continue
            }
            let string = literal(bytes)
            bytes = bytes.dropFirst(string.count)
            text += isName(before: bytes) ? String(decoding: string, as: UTF8.self) : redacted(string)
        }
        return text.utf8.count < maxLength ? text : String(text.prefix(maxLength)) + "…"
    }

    /// A string with its quotes, from the first byte on; the text has been scanned before and is well formed.
    private static func literal(_ bytes: ByteBufferView.SubSequence) -> ByteBufferView.SubSequence {
        var index = bytes.startIndex + 1
        while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes[bytes.startIndex..<min(index + 1, bytes.endIndex)]
    }

    private static func isName(before rest: ByteBufferView.SubSequence) -> Bool {
        rest.first { $0 != UInt8(ascii: " ") } == UInt8(ascii: ":")
    }

    private static func redacted(_ literal: ByteBufferView.SubSequence) -> String {
        let content = String(decoding: literal.dropFirst().dropLast(), as: UTF8.self)
        return UUID(uuidString: content) == nil ? "\"(\(content.count) characters)\"" : "\"\(content)\""
    }
}
