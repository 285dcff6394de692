import Foundation
import Testing

@testable import Jobs

@Suite struct ArgumentDecoderTests {
    private enum Mood: String, Codable { case calm, cross }

    private struct Everything: Codable, Equatable {
        var text = "“ä\n\"\u{1F600}\\"
        var whole = -9_007_199_254_740_993
        var tiny: UInt8 = 255
        var float = 1.25e-3
        var single: Float = 2.5
        var yes = true
        var no = false
        var none: Int?
        var some: Int? = 3
        var list = [1, 2, 3]
        var empty: [String] = []
        var map = ["a": ["x", "y"], "b": []]
        var at = Date(timeIntervalSince1970: 1_732_170_000.25)
        var id = UUID()
        var link = URL(string: "https://example.com/a?b=c")!
        var data = Data([0, 1, 255])
        var decimal = Decimal(string: "12345678901234567890.5")!
        var mood = Mood.cross
        var nested = Nested()

        struct Nested: Codable, Equatable {
            var depth = [[1], [], [2, 3]]
            var optional: [Int?] = [1, nil]
        }
    }

    private func encoded(_ value: some Encodable, pretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        if pretty { encoder.outputFormatting = .prettyPrinted }
        return Array(try encoder.encode(value))
    }

    @Test(arguments: [false, true]) func `what JSONEncoder writes is read back`(pretty: Bool) throws {
        let value = Everything()
        #expect(
            try ArgumentDecoder.decode(
                [Everything].self, from: encoded([value, value], pretty: pretty), element: nil)
                == [value, value])
        #expect(
            try ArgumentDecoder.decode(Everything.self, from: encoded([value], pretty: pretty), element: 0)
                == value)
    }

    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try ArgumentDecoder.decode(type, from: Array(text.utf8))
    }

    @Test func `numbers are read as they are meant, or refused`() throws {
        #expect(try decode([Int].self, "[1.0, 1e2,-0]") == [1, 100, 0])
        #expect(try decode([Double].self, "[1, -2.5E1]") == [1, -25])
        #expect(throws: DecodingError.self) { try decode([Int].self, "[1.5]") }
        #expect(throws: DecodingError.self) { try decode([UInt8].self, "[256]") }
        #expect(throws: DecodingError.self) { try decode([Double].self, "[1e999]") }
    }

    @Test func `errors say what is wrong and where`() throws {
        struct Thing: Codable {
            let number: Int
            let text: String
        }
        func failure(_ text: String) -> DecodingError? {
            guard case .failure(let error) = Result(catching: { try decode([Thing].self, text) }) else {
                return nil
            }
            return error as? DecodingError
        }
        guard case .keyNotFound(let key, _) = failure(#"[{"number":1}]"#) else {
            Issue.record("text is missing")
            return
        }
        #expect(key.stringValue == "text")
        guard case .typeMismatch(_, let context) = failure(#"[{"number":"1","text":""}]"#) else {
            Issue.record("number is a string")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["Index 0", "number"])
        guard case .valueNotFound = failure(#"[{"number":null,"text":""}]"#) else {
            Issue.record("number is null")
            return
        }
        #expect(failure("[1]") != nil && failure("{}") != nil)
        #expect(throws: DecodingError.self) {
            try ArgumentDecoder.decode(Int.self, from: Array("[]".utf8), element: 0)
        }
    }

    @Test func `of equal names the last counts, and escaped names are found`() throws {
        #expect(try decode([String: Int].self, #"{"a":1,"b":2,"a":3}"#)["b"] == 2)
        struct Thing: Codable { let a: Int }
        #expect(try decode(Thing.self, #"{ "a" : 1 , "\u0061" : 2 }"#).a == 2)
    }
}
