import Foundation
import NIOCore
import Testing

@testable import Jobs

@Suite struct ArgumentEncoderTests {
    private enum Mood: String, Codable { case calm, cross }
    private enum Shape: Codable, Equatable {
        case circle(radius: Double)
        case none
        case named(String)
    }

    private struct Everything: Codable, Equatable {
        var text = "“ä\n\"\u{1F600}\\/\u{1}"
        var whole = -9_007_199_254_740_993
        var tiny: UInt8 = 255
        var large = UInt64.max
        var float = 1.25e-3
        var round = 5.0
        var single: Float = 2.5
        var yes = true
        var none: Int?
        var some: Int? = 3
        var list = [1, 2, 3]
        var empty: [String] = []
        var nothing = Nothing()
        var map = ["b": "x", "a": "y"]
        var at = Date(timeIntervalSince1970: 1_732_170_000.25)
        var id = UUID()
        var link = URL(string: "https://example.com/a?b=c")!
        var data = Data([0, 1, 255])
        var decimal = Decimal(string: "12345678901234567890.5")!
        var mood = Mood.cross
        var shapes = [Shape.circle(radius: 0.1), .none, .named("x")]
        var nested = Nested()

        struct Nothing: Codable, Equatable {}
        struct Nested: Codable, Equatable {
            var depth = [[1], [], [2, 3]]
            var optional: [Int?] = [1, nil]
            var many: [Nothing] = [.init(), .init()]
        }
    }

    private struct Deep: Codable, Equatable {
        var lists = ["b": [1], "a": []]
        var byNumber = [7: "x", 1: "y", 3: "z"]
        var text = "after"
    }

    /// Writes into two containers by turns.
    private struct Jumping: Encodable {
        enum Keys: String, CodingKey { case first, second }

        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Keys.self)
            var first = outer.nestedUnkeyedContainer(forKey: .first)
            var second = outer.nestedUnkeyedContainer(forKey: .second)
            try first.encode(1)
            try second.encode(2)
            try first.encode(3)
        }
    }

    private class Base: Encodable { let inherited = 1 }
    private final class Derived: Base {
        enum Keys: CodingKey { case own }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(2, forKey: .own)
            try super.encode(to: container.superEncoder())
        }
    }

    private func text(_ value: some Encodable) throws -> String {
        String(buffer: try ArgumentEncoder.encode(value))
    }

    private func object(_ text: some StringProtocol) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    }

    private func careful(_ value: some Encodable) throws -> String {
        String(decoding: try ArgumentEncoder.careful.encode(value), as: UTF8.self)
    }

    @Test func `it means what JSONEncoder means, and is read back`() throws {
        let value = Everything()
        #expect(try object(text(value)) == object(careful(value)))
        #expect(try ArgumentDecoder.decode(Everything.self, from: Array(text(value).utf8)) == value)
        #expect(
            try JSONDecoder().decode([Everything.Nested].self, from: Data(text([value.nested]).utf8)) == [
                value.nested
            ])
        for alone in [
            try (text(7), careful(7)), try (text("x"), careful("x")), try (text([Int]()), careful([Int]())),
        ] {
            #expect(alone.0 == alone.1)
        }
    }

    @Test func `members stand in the order of the type, those of dictionaries in that of their names`() throws
    {
        struct Thing: Encodable {
            let z = 1
            let a = ["y": "1", "x": "2"]
        }
        #expect(try text(Thing()) == #"{"z":1,"a":{"x":"2","y":"1"}}"#)
        #expect(try text(Deep()) == careful(Deep()))
        #expect(try text(Deep()).contains(#""a":[],"b":[1]"#))
    }

    @Test func `what cannot be written in one go is written by JSONEncoder`() throws {
        #expect(try text(Jumping()) == #"{"first":[1,3],"second":[2]}"#)
        #expect(try text(Derived()) == careful(Derived()))
    }

    @Test func `what JSON has no words for is refused`() {
        #expect(throws: EncodingError.self) { try text([Double.nan]) }
        #expect(throws: EncodingError.self) { try text(["a": Float.infinity]) }
    }
}
