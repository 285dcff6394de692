import NIOCore
import TestSupport
import Testing

@testable import Gateway

/// However bytes are cut, and whatever they are.
@Suite struct FrameDecoderChunkTests {
    /// Well-formed and broken frames in random order.
    private static func conversation(_ random: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let text = Array(String(repeating: "aé€😀", count: .random(in: 0...60, using: &random)).utf8)
            switch Int.random(in: 0...9, using: &random) {
            case 6 where Bool.random(using: &random) && bytes.count < 1000:
                bytes += ClientFrame.bytes(0x81, [UInt8](repeating: 120, count: 70000))
            case 0...2: bytes += ClientFrame.bytes(0x81, text)
            case 3:
                let cut = Int.random(in: 0...text.count, using: &random)
                bytes += ClientFrame.bytes(0x01, Array(text[..<cut])) + ClientFrame.bytes(0x89, [1, 2, 3])
                bytes += ClientFrame.bytes(0x80, Array(text[cut...]))
            case 4: bytes += ClientFrame.bytes(0x82, [0xFF, 0xFE, 0x00])
            case 5: bytes += ClientFrame.bytes(0x8A, Array(text.prefix(125)))
            case 7: bytes += ClientFrame.bytes(0x81, Array(text.dropLast()))
            case 8: bytes += ClientFrame.close(1000, "done")
            default: bytes += (0..<8).map { _ in .random(in: 0...255, using: &random) }
            }
        }
        return bytes
    }

    private static func cut(_ bytes: [UInt8], _ random: inout some RandomNumberGenerator) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var rest = bytes[...]
        let most = [1, 3, 17, 1000].randomElement(using: &random) ?? 1
        while !rest.isEmpty {
            chunks.append(Array(rest.prefix(.random(in: 1...most, using: &random))))
            rest = rest.dropFirst(chunks.last?.count ?? 1)
        }
        return chunks
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `any cut of the same bytes gives the same events`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Self.conversation(&random)
        let whole = Decoded(bytes)
        #expect(Decoded(Self.cut(bytes, &random)) == whole)
        if bytes.count < 2000 { #expect(Decoded(bytes.map { [$0] }) == whole) }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `random bytes never bring more out than went in`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = (0..<1024).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Half of them begin like a frame, or noise would rarely get past the first check.
        if seed.isMultiple(of: 2) { bytes.replaceSubrange(0..<2, with: [0x82, 0xFE]) }
        let decoded = Decoded(Self.cut(bytes, &random), maxMessageBytes: 100_000)
        let out = decoded.events.reduce(0) { total, event in
            switch event {
            case .text(let payload), .binary(let payload), .ping(let payload), .pong(let payload):
                total + payload.readableBytes
            case .close(_, let reason): total + reason.utf8.count
            }
        }
        #expect(out <= bytes.count)
    }

    @Test func `a message announced but not sent takes no memory`() throws {
        var decoder = FrameDecoder(maxMessageBytes: 1 << 30, acceptsBinary: true)
        let header = ClientFrame.bytes(0x82, [1], announcing: [127] + ClientFrame.bigEndian(UInt64(1 << 29)))
        var bytes = ByteBuffer(bytes: header)
        #expect(try decoder.next(from: &bytes) == nil)
        #expect(decoder.heldCapacity < 64)
    }
}
