import NIOCore
import Testing

@testable import Gateway

@Suite struct FrameEncoderTests {
    private func encoded(_ encode: (inout ByteBuffer) -> Void) -> [UInt8] {
        var out = ByteBuffer()
        encode(&out)
        return Array(out.readableBytesView)
    }

    @Test func `a text is one final, unmasked frame`() {
        #expect(
            encoded { FrameEncoder.text(ByteBuffer(string: "Hello"), into: &$0) } == [0x81, 5]
                + Array("Hello".utf8))
    }

    @Test(arguments: [
        (125, [125]), (126, [126, 0, 126]), (65535, [126, 255, 255]), (65536, [127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ])
    func `the length takes its shortest form`(count: Int, length: [UInt8]) {
        let frame = encoded { FrameEncoder.binary(ByteBuffer(repeating: 7, count: count), into: &$0) }
        #expect(Array(frame.prefix(1 + length.count)) == [0x82] + length)
        #expect(frame.count == 1 + length.count + count)
    }

    @Test func `a close frame carries code and reason, or nothing`() {
        #expect(
            encoded { FrameEncoder.close(.goingAway, reason: "bye", into: &$0) } == [0x88, 5, 0x03, 0xE9]
                + Array("bye".utf8))
        #expect(encoded { FrameEncoder.close(nil, into: &$0) } == [0x88, 0])
    }

    @Test func `a reason too long is cut between characters`() {
        let frame = encoded {
            FrameEncoder.close(.normal, reason: String(repeating: "€", count: 60), into: &$0)
        }
        #expect(frame[1] == 2 + 123)
        let odd = encoded {
            FrameEncoder.close(.normal, reason: "a" + String(repeating: "€", count: 60), into: &$0)
        }
        #expect(odd[1] == 2 + 121)
        #expect(String(validating: odd.dropFirst(4), as: UTF8.self) != nil)
    }
}
