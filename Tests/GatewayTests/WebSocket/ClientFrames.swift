import NIOCore

@testable import Gateway

/// Bytes as a client sends them: masked, and as wrong as a test needs them.
enum ClientFrame {
    static let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    static func bytes(
        _ first: UInt8, _ payload: [UInt8] = [], isMasked: Bool = true, announcing length: [UInt8]? = nil
    ) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        var bytes = [first]
        if let length {
            bytes += [length[0] | mask] + length.dropFirst()
        } else {
            switch payload.count {
            case ..<126: bytes.append(UInt8(payload.count) | mask)
            case ..<65536: bytes += [126 | mask] + bigEndian(UInt16(payload.count))
            default: bytes += [127 | mask] + bigEndian(UInt64(payload.count))
            }
        }
        guard isMasked else { return bytes + payload }
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 & 3] }
    }

    static func text(_ text: String) -> [UInt8] { bytes(0x81, Array(text.utf8)) }

    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        bytes(0x88, bigEndian(code) + Array(reason.utf8))
    }

    static func bigEndian(_ integer: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: integer.bigEndian) { Array($0) }
    }
}

/// What a decoder makes of some bytes: its events, and the failure that ended them.
struct Decoded: Equatable {
    var events: [WebSocketEvent] = []
    var failure: WebSocketFailure?

    init(
        _ chunks: [[UInt8]], maxMessageBytes: Int = 1024 * 1024, acceptsBinary: Bool = true
    ) {
        var decoder = FrameDecoder(maxMessageBytes: maxMessageBytes, acceptsBinary: acceptsBinary)
        do {
            for chunk in chunks {
                var bytes = ByteBuffer(bytes: chunk)
                while let event = try decoder.next(from: &bytes) { events.append(event) }
            }
        } catch {
            failure = error
        }
    }

    init(_ bytes: [UInt8], maxMessageBytes: Int = 1024 * 1024, acceptsBinary: Bool = true) {
        self.init([bytes], maxMessageBytes: maxMessageBytes, acceptsBinary: acceptsBinary)
    }

    var code: UInt16? { failure?.code.rawValue }
}
