import CHiredis
import NIOCore
import Testing

@testable import Redis

@Suite struct RESPEncodingTests {
    @Test func `every command is byte for byte what hiredis formats`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let arguments = (0..<Int.random(in: 1...20)).map { _ in argument(&random) }
            var buffer = ByteBuffer()
            buffer.writeRESP(RedisCommand(arguments))
            #expect(Array(buffer.readableBytesView) == hiredisFormat(arguments))
        }
    }

    @Test(arguments: [0, 9, 10, -1, 1_000_000, .max, .min])
    func `integers are sent in decimal`(number: Int) {
        var buffer = ByteBuffer()
        buffer.writeRESP(number)
        let digits = String(number)
        #expect(String(buffer: buffer) == "$\(digits.utf8.count)\r\n\(digits)\r\n")
    }

    @Test func `line breaks in arguments stay arguments`() {
        var buffer = ByteBuffer()
        buffer.writeRESP(["SET", "k\r\n*1\r\n$8\r\nFLUSHALL", "é"])
        #expect(
            String(buffer: buffer) == "*3\r\n$3\r\nSET\r\n$19\r\nk\r\n*1\r\n$8\r\nFLUSHALL\r\n$2\r\né\r\n")
    }

    private func argument(_ random: inout SystemRandomNumberGenerator) -> RedisArgument {
        let size = [0, 1, 15, 16, 300, 5000].randomElement(using: &random)!
        return switch Int.random(in: 0..<3, using: &random) {
        case 0: .string(String(repeating: "ü\n", count: size / 3))
        case 1: .bytes(ByteBuffer(bytes: (0..<size).map { _ in UInt8.random(in: 0...255) }))
        default: .integer(Int.random(in: .min ... .max, using: &random))
        }
    }

    private func hiredisFormat(_ arguments: [RedisArgument]) -> [UInt8] {
        let values: [[UInt8]] = arguments.map {
            switch $0 {
            case .string(let text): Array(text.utf8)
            case .bytes(let bytes): Array(bytes.readableBytesView)
            case .integer(let number): Array(String(number).utf8)
            }
        }
        let copies = values.map { value in
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: value.count + 1)
            for (index, byte) in value.enumerated() { copy[index] = CChar(bitPattern: byte) }
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        var pointers = copies.map { UnsafePointer<CChar>($0.baseAddress) }
        let lengths = values.map(\.count)
        var target: UnsafeMutablePointer<CChar>?
        let count = redisFormatCommandArgv(&target, Int32(values.count), &pointers, lengths)
        defer { redisFreeCommand(target) }
        return Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
    }
}
