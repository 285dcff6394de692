import NIOCore

/// The first 6 to 14 bytes of a frame that a client sends (RFC 6455 section 5.2).
///
///     FIN RSV1-3 opcode(4) │ MASK length(7) │ 0, 2 or 8 more bytes of length │ 4 bytes of masking key
struct FrameHeader: Equatable {
    enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue >= 0x8 }
    }

    let isFinal: Bool
    let opcode: Opcode
    /// Bytes of payload that follow; up to 2^63 - 1, as announced and not to be trusted.
    let length: Int
    /// The first byte of the key is the lowest.
    let maskingKey: UInt32

    /// Takes a header off the front of `bytes`, or returns nil and takes nothing when it is not all there.
    ///
    /// Throws for all that is wrong with the frame by itself; what is wrong only in the sequence of
    /// frames is for `FrameDecoder` to see.
    init?(reading bytes: inout ByteBuffer) throws(WebSocketFailure) {
        let start = bytes.readerIndex
        guard let (first, second) = bytes.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }

        guard first & 0x70 == 0 else { throw .protocolError("reserved bit set") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .protocolError("unknown opcode") }
        guard second & 0x80 != 0 else { throw .protocolError("frame not masked") }
        self.isFinal = first & 0x80 != 0
        self.opcode = opcode
        if opcode.isControl {
            guard isFinal else { throw .protocolError("fragmented control frame") }
            guard second & 0x7F < 126 else { throw .protocolError("control frame too long") }
        }

        guard let length = try Self.readLength(short: second & 0x7F, from: &bytes),
            let key = bytes.readInteger(endianness: .little, as: UInt32.self)
        else {
            bytes.moveReaderIndex(to: start)
            return nil
        }
        self.length = length
        self.maskingKey = key
    }

    private static func readLength(
        short: UInt8, from bytes: inout ByteBuffer
    ) throws(WebSocketFailure) -> Int? {
        switch short {
        case 126:
            guard let length = bytes.readInteger(as: UInt16.self) else { return nil }
            guard length > 125 else { throw .protocolError("length not minimal") }
            return Int(length)
        case 127:
            guard let length = bytes.readInteger(as: UInt64.self) else { return nil }
            guard length > UInt64(UInt16.max) else { throw .protocolError("length not minimal") }
            guard let length = Int(exactly: length) else { throw .protocolError("length out of range") }
            return length
        default:
            return Int(short)
        }
    }
}
