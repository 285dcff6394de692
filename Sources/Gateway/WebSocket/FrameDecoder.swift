import NIOCore

/// Turns the bytes of a client into WebSocket events (RFC 6455 section 5), with no I/O of its own.
///
/// However the bytes are cut into reads, the events are the same. Payload is unmasked while it is copied
/// out of the read buffer, so no slice of that buffer is ever kept, and an idle decoder holds no memory. A
/// text is checked as it arrives and a message over the limit fails at the header that announces it:
/// memory is only ever taken for bytes that have come.
package struct FrameDecoder {
    private let maxMessageBytes: Int
    private let acceptsBinary: Bool

    /// The beginning of a header that was cut by the end of a read.
    private var cutHeader = ByteBuffer()
    private var frame: FrameHeader?
    /// Payload bytes of `frame` that have been taken.
    private var taken = 0

    /// The data message being put together; its opcode is nil between messages.
    private var message = ByteBuffer()
    private var messageOpcode: FrameHeader.Opcode?
    private var utf8 = UTF8Validator()
    /// Apart, for a control frame may stand between the fragments of a message.
    private var control = ByteBuffer()

    private var isFinished = false

    /// A decoder that does not accept binary messages fails with 1003 at the header of the first.
    package init(maxMessageBytes: Int, acceptsBinary: Bool = false) {
        self.maxMessageBytes = maxMessageBytes
        self.acceptsBinary = acceptsBinary
    }

    /// Takes bytes until an event is whole. Returns nil when all bytes are taken; call again until then.
    ///
    /// After a failure, and after a close frame, all further bytes are dropped.
    package mutating func next(from bytes: inout ByteBuffer) throws(WebSocketFailure) -> WebSocketEvent? {
        guard !isFinished else {
            bytes.moveReaderIndex(to: bytes.writerIndex)
            return nil
        }
        do {
            return try advance(&bytes)
        } catch {
            isFinished = true
            message = ByteBuffer()
            throw error
        }
    }

    /// Whether the end of a message, or of a frame, is still to come.
    var isInsideMessage: Bool {
        (frame != nil || messageOpcode != nil || cutHeader.readableBytes > 0) && !isFinished
    }

    /// Bytes of memory kept between reads.
    var heldCapacity: Int { cutHeader.capacity + message.capacity + control.capacity }

    private mutating func advance(_ bytes: inout ByteBuffer) throws(WebSocketFailure) -> WebSocketEvent? {
        while true {
            if frame == nil {
                guard let header = try readHeader(from: &bytes) else { return nil }
                try begin(header)
            }
            guard let frame else { return nil }
            try takePayload(of: frame, from: &bytes)
            guard taken == frame.length else { return nil }
            self.frame = nil
            if let event = try end(frame) { return event }
        }
    }

    private mutating func readHeader(from bytes: inout ByteBuffer) throws(WebSocketFailure) -> FrameHeader? {
        if cutHeader.readableBytes == 0, let header = try FrameHeader(reading: &bytes) {
            return header
        }
        // At most 13 rounds, and only where a read ended inside a header.
        while let byte = bytes.readInteger(as: UInt8.self) {
            cutHeader.writeInteger(byte)
            if let header = try FrameHeader(reading: &cutHeader) {
                cutHeader = ByteBuffer()
                return header
            }
        }
        return nil
    }

    private mutating func begin(_ header: FrameHeader) throws(WebSocketFailure) {
        switch header.opcode {
        case .continuation:
            guard messageOpcode != nil else { throw .protocolError("nothing to continue") }
        case .text, .binary:
            guard messageOpcode == nil else { throw .protocolError("message inside a message") }
            guard header.opcode == .text || acceptsBinary else {
                throw WebSocketFailure(code: .unsupportedData, reason: "text only")
            }
            messageOpcode = header.opcode
        case .close, .ping, .pong:
            break
        }
        if !header.opcode.isControl {
            guard header.length <= maxMessageBytes - message.readableBytes else {
                throw WebSocketFailure(code: .messageTooBig, reason: "message too big")
            }
        }
        frame = header
        taken = 0
    }

    private mutating func takePayload(
        of frame: FrameHeader, from bytes: inout ByteBuffer
    ) throws(WebSocketFailure) {
        let count = min(frame.length - taken, bytes.readableBytes)
        guard count > 0 else { return }
        if frame.opcode.isControl {
            control.writeUnmasked(&bytes, count: count, key: frame.maskingKey, phase: taken)
        } else {
            message.writeUnmasked(&bytes, count: count, key: frame.maskingKey, phase: taken)
            if messageOpcode == .text {
                let isValid = message.withUnsafeReadableBytes {
                    utf8.consume(UnsafeRawBufferPointer(rebasing: $0.suffix(count)))
                }
                guard isValid else { throw .notUTF8 }
            }
        }
        taken += count
    }

    private mutating func end(_ frame: FrameHeader) throws(WebSocketFailure) -> WebSocketEvent? {
        switch frame.opcode {
        case .ping:
            return .ping(take(&control))
        case .pong:
            return .pong(take(&control))
        case .close:
            let event = try Self.closeEvent(take(&control))
            isFinished = true
            message = ByteBuffer()
            return event
        case .continuation, .text, .binary:
            guard frame.isFinal else { return nil }
            defer { messageOpcode = nil }
            guard messageOpcode == .text else { return .binary(take(&message)) }
            guard utf8.isComplete else { throw .notUTF8 }
            return .text(take(&message))
        }
    }

    private func take(_ buffer: inout ByteBuffer) -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    private static func closeEvent(_ payload: ByteBuffer) throws(WebSocketFailure) -> WebSocketEvent {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(nil, reason: "") }
        guard let code = payload.readInteger(as: UInt16.self).map(WebSocketCloseCode.init(rawValue:)),
            code.isValidOnTheWire
        else { throw .protocolError("invalid close code") }
        guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else {
            throw .notUTF8
        }
        return .close(code, reason: reason)
    }
}
