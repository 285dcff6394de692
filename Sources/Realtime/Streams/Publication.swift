import NIOCore

/// One item on a stream, as a script published it: a header line, then the JSON that clients get.
///
///     17 0f3a9c\n{"type":"new_message",…}     numbered 17 in epoch 0f3a9c: recoverable
///     \n{"type":"typing",…}                   no position: harmless to miss
package struct Publication: Sendable, Equatable {
    package let position: StreamPosition?
    package let payload: ByteBuffer

    package init(_ payload: ByteBuffer, at position: StreamPosition?) {
        self.payload = payload
        self.position = position
    }

    /// Nil when the bytes are not a publication; whoever published them is not one of ours.
    package init?(_ message: ByteBuffer) {
        guard let end = message.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let length = end - message.readerIndex
        var rest = message
        guard let header = rest.readString(length: length) else { return nil }
        rest.moveReaderIndex(forwardBy: 1)
        payload = rest
        if header.isEmpty {
            position = nil
        } else {
            let parts = header.split(separator: " ")
            guard parts.count == 2, let offset = Int(parts[0]), offset >= 0 else { return nil }
            position = StreamPosition(epoch: String(parts[1]), offset: offset)
        }
    }
}
