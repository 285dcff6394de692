import TestSupport
import Testing

@testable import Gateway

@Suite struct UTF8ValidatorTests {
    private func isValid(_ bytes: [UInt8]) -> Bool {
        var validator = UTF8Validator()
        return bytes.withUnsafeBytes { validator.consume($0) } && validator.isComplete
    }

    @Test func `it agrees with the standard library on every sequence of two bytes`() {
        let pairs = (UInt8.min...UInt8.max).flatMap { first in
            (UInt8.min...UInt8.max).map { second in [first, second] }
        }
        #expect(pairs.filter { isValid($0) != (String(validating: $0, as: UTF8.self) != nil) } == [])
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `it agrees with the standard library on damaged texts`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let scalars: [Character] = [
            "a", "\u{80}", "é", "\u{7FF}", "\u{800}", "€", "\u{D7FF}", "\u{E000}", "😀", "\u{10FFFF}",
        ]
        var bytes = Array(String((0..<40).compactMap { _ in scalars.randomElement(using: &random) }).utf8)
        if seed.isMultiple(of: 2) {
            bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0x7F...0xFF, using: &random)
        }
        #expect(isValid(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }

    @Test(
        arguments: [[0xC0, 0x80], [0xE0, 0x9F], [0xED, 0xA0], [0xF0, 0x8F], [0xF4, 0x90], [0xF5]] as [[UInt8]]
    )
    func `it says no before the character is whole`(bytes: [UInt8]) {
        var validator = UTF8Validator()
        #expect(!bytes.withUnsafeBytes { validator.consume($0) })
    }
}
