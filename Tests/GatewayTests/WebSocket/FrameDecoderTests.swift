import NIOCore
import Testing

@testable import Gateway

@Suite struct FrameDecoderTests {
    @Test func `a masked text is unmasked`() {
        // The example of RFC 6455 section 5.7.
        let hello: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(Decoded(hello).events == [.text(ByteBuffer(string: "Hello"))])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 70001])
    func `every form of the length is read`(count: Int) {
        let payload = (0..<count).map { UInt8(97 + $0 % 26) }
        #expect(Decoded(ClientFrame.bytes(0x81, payload)).events == [.text(ByteBuffer(bytes: payload))])
    }

    @Test func `fragments are put together, with control frames between them`() {
        let bytes =
            ClientFrame.bytes(0x01, Array("frag".utf8)) + ClientFrame.bytes(0x89, Array("are you there".utf8))
            + ClientFrame.bytes(0x00, []) + ClientFrame.bytes(0x8A)
            + ClientFrame.bytes(0x80, Array("ment".utf8))
        #expect(
            Decoded(bytes).events == [
                .ping(ByteBuffer(string: "are you there")), .pong(ByteBuffer()),
                .text(ByteBuffer(string: "fragment")),
            ])
    }

    @Test func `a character may be cut by the end of a fragment`() {
        let euro = Array("€".utf8)
        let bytes = ClientFrame.bytes(0x01, Array(euro[..<1])) + ClientFrame.bytes(0x80, Array(euro[1...]))
        #expect(Decoded(bytes).events == [.text(ByteBuffer(string: "€"))])
    }

    @Test func `binary is taken only where it is wanted`() {
        let frame = ClientFrame.bytes(0x82, [0xFF, 0x00])
        #expect(Decoded(frame).events == [.binary(ByteBuffer(bytes: [0xFF, 0x00]))])
        let refused = Decoded(frame, acceptsBinary: false)
        #expect(refused.events.isEmpty)
        #expect(refused.code == 1003)
    }

    @Test(arguments: [
        ("first reserved bit", ClientFrame.bytes(0xC1)),
        ("second reserved bit", ClientFrame.bytes(0xA1)),
        ("third reserved bit", ClientFrame.bytes(0x91)),
        ("opcode 3", ClientFrame.bytes(0x83)),
        ("opcode 7", ClientFrame.bytes(0x87)),
        ("opcode 11", ClientFrame.bytes(0x8B)),
        ("opcode 15", ClientFrame.bytes(0x8F)),
        ("no mask", ClientFrame.bytes(0x81, [97], isMasked: false)),
        ("fragmented ping", ClientFrame.bytes(0x09)),
        ("fragmented close", ClientFrame.bytes(0x08)),
        ("ping of 126 bytes", ClientFrame.bytes(0x89, [UInt8](repeating: 0, count: 126))),
        ("125 in the two-byte form", ClientFrame.bytes(0x81, announcing: [126, 0, 125])),
        (
            "65535 in the eight-byte form",
            ClientFrame.bytes(0x81, announcing: [127, 0, 0, 0, 0, 0, 0, 255, 255])
        ),
        ("a length of 2^63", ClientFrame.bytes(0x81, announcing: [127, 128, 0, 0, 0, 0, 0, 0, 0])),
        ("continuation of nothing", ClientFrame.bytes(0x80)),
        ("continuation after the end", ClientFrame.text("a") + ClientFrame.bytes(0x00)),
        ("message inside a message", ClientFrame.bytes(0x01) + ClientFrame.bytes(0x81)),
        ("close with half a code", ClientFrame.bytes(0x88, [3])),
    ])
    func `what the protocol forbids fails with 1002`(name: String, bytes: [UInt8]) {
        #expect(Decoded(bytes).code == 1002, "\(name)")
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
    func `a close code that may not be sent fails with 1002`(code: UInt16) {
        #expect(Decoded(ClientFrame.close(code)).code == 1002)
    }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999])
    func `a valid close code is read with its reason`(code: UInt16) {
        #expect(
            Decoded(ClientFrame.close(code, "bye")).events == [
                .close(WebSocketCloseCode(rawValue: code), reason: "bye")
            ])
    }

    @Test func `an empty close frame has no code`() {
        #expect(Decoded(ClientFrame.bytes(0x88)).events == [.close(nil, reason: "")])
    }

    @Test func `what comes after a close frame is dropped`() {
        let decoded = Decoded(ClientFrame.close(1000) + [0xFF, 0xFF, 0xFF])
        #expect(decoded.events.count == 1)
        #expect(decoded.failure == nil)
    }

    @Test func `a close reason that is not UTF-8 fails with 1007`() {
        #expect(Decoded(ClientFrame.bytes(0x88, [0x03, 0xE8, 0xFF])).code == 1007)
    }

    @Test func `text that is not UTF-8 fails at the first wrong byte`() {
        // One byte of a text of 100 is enough.
        #expect(Decoded(ClientFrame.bytes(0x81, [0xFF], announcing: [100])).code == 1007)
        // U+110000 is out of range as soon as its second byte is seen.
        #expect(Decoded(ClientFrame.bytes(0x01, [0xF4, 0x90])).code == 1007)
    }

    @Test func `text that ends inside a character fails with 1007`() {
        #expect(Decoded(ClientFrame.bytes(0x81, [0xE2, 0x82])).code == 1007)
    }

    @Test func `a message of the limit passes and one byte more fails with 1009`() {
        let limit = 1000
        #expect(
            Decoded(ClientFrame.bytes(0x81, [UInt8](repeating: 97, count: limit)), maxMessageBytes: limit)
                .failure == nil)
        // The header is enough: no byte of the payload has come.
        let header = ClientFrame.bytes(0x81, announcing: [126] + ClientFrame.bigEndian(UInt16(limit + 1)))
        #expect(Decoded(header, maxMessageBytes: limit).code == 1009)
        let huge = ClientFrame.bytes(0x81, announcing: [127] + ClientFrame.bigEndian(UInt64(Int.max)))
        #expect(Decoded(huge, maxMessageBytes: limit).code == 1009)
    }

    @Test func `fragments count together`() {
        let fragment = [UInt8](repeating: 97, count: 600)
        let bytes = ClientFrame.bytes(0x01, fragment) + ClientFrame.bytes(0x00, fragment)
        #expect(Decoded(bytes, maxMessageBytes: 1000).code == 1009)
    }
}
