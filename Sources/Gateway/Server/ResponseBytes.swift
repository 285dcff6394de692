import HTTPTypes
import NIOCore

extension HTTPResponse {
    /// It as HTTP/1.1 writes it, for a connection that has no encoder (any more). Names and values have been checked for
    /// bytes that would end them, as `HTTPFields` keeps no others.
    func bytes(body: ByteBuffer = ByteBuffer()) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(512 + body.readableBytes)
        bytes.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        for field in headerFields {
            bytes.writeString(field.name.rawName)
            bytes.writeStaticString(": ")
            bytes.writeString(field.value)
            bytes.writeStaticString("\r\n")
        }
        bytes.writeStaticString("\r\n")
        bytes.writeImmutableBuffer(body)
        return bytes
    }
}
