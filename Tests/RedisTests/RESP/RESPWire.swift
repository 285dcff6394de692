import NIOCore

@testable import Redis

extension ByteBuffer {
    /// Writes `value` as a server would.
    mutating func writeReply(_ value: RESPValue) {
        switch value {
        case .null: writeString("$-1\r\n")
        case .integer(let number): writeString(":\(number)\r\n")
        case .status(let text): writeString("+\(text)\r\n")
        case .error(let text): writeString("-\(text)\r\n")
        case .string(let bytes):
            writeString("$\(bytes.readableBytes)\r\n")
            writeImmutableBuffer(bytes)
            writeString("\r\n")
        case .array(let values):
            writeString("*\(values.count)\r\n")
            for value in values { writeReply(value) }
        }
    }
}

extension RESPValue {
    static func string(_ text: String) -> RESPValue { .string(ByteBuffer(string: text)) }
}

/// All replies of `wire`, fed in pieces that end at `cuts`.
func decode(_ wire: ByteBuffer, cuts: [Int]) throws -> [RESPValue] {
    let decoder = RESPDecoder()
    var values: [RESPValue] = []
    var rest = wire
    for cut in cuts + [wire.readableBytes] {
        guard let piece = rest.readSlice(length: cut - rest.readerIndex) else { continue }
        try decoder.feed(piece)
        try decoder.forEachReply { value throws(RedisError) in values.append(value) }
    }
    return values
}
