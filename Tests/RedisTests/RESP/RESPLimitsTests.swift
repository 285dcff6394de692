import NIOCore
import Testing

@testable import Redis

/// A server that is broken or hostile gets a closed connection, never this process's memory.
@Suite struct RESPLimitsTests {
    private let limits = RESPDecoder.Limits(replyBytes: 200_000, elements: 100, lineBytes: 10_000)

    @Test func `a declared length costs nothing until its elements come`() throws {
        let decoder = RESPDecoder()
        let nested = String(repeating: "*2147483647\r\n", count: 7)
        try decoder.feed(ByteBuffer(string: nested))
        try decoder.forEachReply { _ throws(RedisError) in Issue.record("nothing is complete") }
    }

    @Test func `arrays nested too deep are refused`() {
        #expect(violation(String(repeating: "*1\r\n", count: 9)).contains("depth"))
    }

    @Test func `too many elements are refused`() {
        #expect(violation("*200\r\n" + String(repeating: ":1\r\n", count: 150)).contains("limits"))
    }

    @Test func `elements are counted per reply`() throws {
        let decoder = RESPDecoder(limits: limits)
        var count = 0
        for _ in 0..<50 {
            try decoder.feed(ByteBuffer(string: "*10\r\n" + String(repeating: ":1\r\n", count: 10)))
            try decoder.forEachReply { _ throws(RedisError) in count += 1 }
        }
        #expect(count == 50)
    }

    @Test func `a string that never ends is refused`() {
        #expect(
            violation("$9223372036854775807\r\n" + String(repeating: "x", count: 300_000)).contains("exceeds")
        )
    }

    @Test func `many strings that are too much together are refused`() {
        let string = "$9000\r\n" + String(repeating: "x", count: 9000) + "\r\n"
        #expect(violation("*50\r\n" + String(repeating: string, count: 50)).contains("limits"))
    }

    @Test(arguments: ["+", "-", ":", "$", "*"])
    func `a line that never ends is refused`(kind: String) {
        #expect(violation(kind + String(repeating: "1", count: 30_000)).contains("line"))
    }

    @Test func `memory of a large reply is given back`() throws {
        let decoder = RESPDecoder()
        var wire = ByteBuffer()
        wire.writeReply(.string(ByteBuffer(repeating: 1, count: 8 << 20)))
        try decoder.feed(wire)
        try decoder.forEachReply { _ throws(RedisError) in }
        #expect(decoder.retainedBytes < 1 << 20)
    }

    private func violation(_ wire: String) -> String {
        let decoder = RESPDecoder(limits: limits)
        let error = #expect(throws: RedisError.self) { try decoder.feed(ByteBuffer(string: wire)) }
        #expect(error?.code == .protocolViolation)
        return error?.message ?? ""
    }
}
