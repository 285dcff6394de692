import NIOCore

/// Writes the frames of a server: final, unmasked, with the shortest form of the length (RFC 6455
/// section 5.2). Such frames are the same bytes for every receiver, so what goes to many is encoded once.
package enum FrameEncoder {
    /// The most bytes that a frame is longer than its payload.
    package static let maxHeaderBytes = 10

    package static func text(_ payload: ByteBuffer, into out: inout ByteBuffer) {
        write(.text, payload, into: &out)
    }

    /// What stands before a text of so many bytes, for those who write the text themselves.
    package static func textHeader(length: Int, into out: inout ByteBuffer) {
        writeHeader(.text, length: length, into: &out)
    }

    package static func binary(_ payload: ByteBuffer, into out: inout ByteBuffer) {
        write(.binary, payload, into: &out)
    }

    /// The payload of a ping is at most 125 bytes.
    package static func ping(_ payload: ByteBuffer, into out: inout ByteBuffer) {
        precondition(payload.readableBytes <= 125)
        write(.ping, payload, into: &out)
    }

    /// The payload of a pong is that of the ping it answers.
    package static func pong(_ payload: ByteBuffer, into out: inout ByteBuffer) {
        precondition(payload.readableBytes <= 125)
        write(.pong, payload, into: &out)
    }

    /// A close frame; a reason over 123 bytes is cut at the end of a character. No code, no payload.
    package static func close(_ code: WebSocketCloseCode?, reason: String = "", into out: inout ByteBuffer) {
        var payload = ByteBuffer()
        if let code {
            payload.writeInteger(code.rawValue)
            payload.writeSubstring(reason.prefix(utf8Bytes: 123))
        }
        write(.close, payload, into: &out)
    }

    private static func write(
        _ opcode: FrameHeader.Opcode, _ payload: ByteBuffer, into out: inout ByteBuffer
    ) {
        let length = payload.readableBytes
        out.reserveCapacity(minimumWritableBytes: length + maxHeaderBytes)
        writeHeader(opcode, length: length, into: &out)
        out.writeImmutableBuffer(payload)
    }

    private static func writeHeader(
        _ opcode: FrameHeader.Opcode, length: Int, into out: inout ByteBuffer
    ) {
        out.writeInteger(0x80 | opcode.rawValue)
        if length < 126 {
            out.writeInteger(UInt8(length))
        } else if let short = UInt16(exactly: length) {
            out.writeInteger(126 as UInt8)
            out.writeInteger(short)
        } else {
            out.writeInteger(127 as UInt8)
            out.writeInteger(UInt64(length))
        }
    }
}

extension String {
    /// The longest beginning that ends between characters and takes no more than `limit` bytes.
    fileprivate func prefix(utf8Bytes limit: Int) -> Substring {
        var end = utf8.index(startIndex, offsetBy: limit, limitedBy: endIndex) ?? endIndex
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
            end = utf8.index(before: end)
        }
        return self[..<end]
    }
}
