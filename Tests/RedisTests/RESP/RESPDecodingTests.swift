import NIOCore
import Testing

@testable import Redis

@Suite struct RESPDecodingTests {
    @Test(arguments: [
        ("$-1\r\n", RESPValue.null), ("*-1\r\n", .null), (":42\r\n", .integer(42)), (":-7\r\n", .integer(-7)),
        (":9223372036854775807\r\n", .integer(.max)), ("+OK\r\n", .status("OK")), ("+\r\n", .status("")),
        ("-ERR no\r\n", .error("ERR no")), ("$0\r\n\r\n", .string(ByteBuffer())),
        ("$5\r\na\r\nbc\r\n", .string(ByteBuffer(string: "a\r\nbc"))), ("*0\r\n", .array([])),
        (
            "*3\r\n$2\r\nok\r\n*2\r\n:1\r\n$-1\r\n-E x\r\n",
            .array([.string(ByteBuffer(string: "ok")), .array([.integer(1), .null]), .error("E x")])
        ),
    ])
    func `every shape of reply`(wire: String, value: RESPValue) throws {
        #expect(try decode(ByteBuffer(string: wire), cuts: []) == [value])
    }

    @Test func `random replies survive random cuts`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let values = (0..<Int.random(in: 1...12)).map { _ in randomValue(depth: 0, &random) }
            var wire = ByteBuffer()
            for value in values { wire.writeReply(value) }
            let cuts = (0..<Int.random(in: 0...20)).map { _ in Int.random(in: 0...wire.readableBytes) }
            #expect(try decode(wire, cuts: cuts.sorted()) == values)
        }
    }

    @Test func `replies fed byte by byte`() throws {
        var random = SystemRandomNumberGenerator()
        let values = (0..<20).map { _ in randomValue(depth: 2, &random) }
        var wire = ByteBuffer()
        for value in values { wire.writeReply(value) }
        #expect(try decode(wire, cuts: Array(0..<wire.readableBytes)) == values)
    }

    @Test func `a large reply in many reads, behind small ones`() throws {
        let big = RESPValue.array((0..<500).map { _ in .string(ByteBuffer(repeating: 7, count: 2000)) })
        let values = [
            RESPValue.status("OK"), big, .integer(3), .string(ByteBuffer(repeating: 1, count: 1 << 20)),
        ]
        var wire = ByteBuffer()
        for value in values { wire.writeReply(value) }
        let cuts = Array(stride(from: 1000, to: wire.readableBytes, by: 65_536))
        #expect(try decode(wire, cuts: cuts) == values)
    }

    @Test func `pushes of one read share their bytes and keep their order`() throws {
        let decoder = RESPDecoder()
        var wire = ByteBuffer()
        for number in 0..<1000 {
            wire.writeReply(.array([.string("message"), .string("c\(number)"), .string("p\(number)")]))
        }
        var seen: [String] = []
        while wire.readableBytes > 0 {
            try decoder.feed(wire.readSlice(length: min(777, wire.readableBytes))!)
            try decoder.forEachPush { cursor throws(RedisError) in
                #expect(cursor.arrayCount() == 3)
                #expect(cursor.text() == "message")
                seen.append(cursor.text()! + String(buffer: cursor.string()!))
            }
        }
        #expect(seen == (0..<1000).map { "c\($0)p\($0)" })
    }

    @Test(arguments: [
        "hello\r\n", "HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "*x\r\n", ":1x\r\n", "$-2\r\n", "*-2\r\n",
        "%1\r\n", "\0",
    ])
    func `bytes that are no RESP2 are refused`(wire: String) {
        let error = #expect(throws: RedisError.self) { try decode(ByteBuffer(string: wire), cuts: []) }
        #expect(error?.code == .protocolViolation)
    }

    @Test func `random bytes never crash the decoder`() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("+-:$*0123456789\r\n\r\n\r\nab".utf8)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...60)).map { _ in alphabet.randomElement(using: &random)! }
            // Either outcome is right; the point is that there is one.
            _ = try? decode(ByteBuffer(bytes: bytes), cuts: [bytes.count / 2])
        }
    }

    private func randomValue(depth: Int, _ random: inout SystemRandomNumberGenerator) -> RESPValue {
        switch Int.random(in: 0..<(depth < 6 ? 7 : 5), using: &random) {
        case 0: .null
        case 1: .integer(Int.random(in: .min ... .max, using: &random))
        case 2: .status(String("PONG äöü".prefix(Int.random(in: 0...8, using: &random))))
        case 3: .error("ERR \(Int.random(in: 0...99, using: &random))")
        case 4:
            .string(
                ByteBuffer(
                    bytes: (0..<[0, 1, 30, 5000].randomElement(using: &random)!).map { _ in
                        UInt8.random(in: 0...255)
                    }))
        default:
            .array(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(depth: depth + 1, &random)
                })
        }
    }
}
