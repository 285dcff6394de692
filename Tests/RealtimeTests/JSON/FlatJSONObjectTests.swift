import Foundation
import NIOCore
import Testing

@testable import Realtime

@Suite struct FlatJSONObjectTests {
    private func read(_ text: String) -> FlatJSONObject? { FlatJSONObject(ByteBuffer(string: text)) }

    @Test func `strings, whole numbers, booleans and nulls are read`() throws {
        let object = try #require(
            read(" { \"a\" : \"x\\n\\u00e9\\ud83d\\ude00é\" ,\"b\":12,\"c\":true,\"d\":null} "))
        #expect(object["a"] == .string("x\né😀é"))
        #expect(object["b"] == .integer(12))
        #expect(object["c"] == .bool(true))
        #expect(object["d"] == .null)
        #expect(object["e"] == nil)
        #expect(try object.string("d") == nil)
        #expect(throws: FlatJSONObject.NotFlat.self) { try object.string("b") }
        #expect(read("{}") != nil)
    }

    @Test(arguments: [
        "", "{", "[]", "3", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1}x"#, #"{"a":01}"#, #"{"a":1.5}"#,
        #"{"a":1e3}"#, #"{"a":-1}"#, #"{"a":[1]}"#, #"{"a":{}}"#, #"{"a":1,"a":2}"#, #"{"a":"\x"}"#,
        #"{"a":"\ud83d"}"#, #"{"a":"\udc00"}"#, "{\"a\":\"\u{1}\"}", #"{"a":9999999999999999}"#,
        #"{"a":tru}"#,
        #"{"a":"b"#, #"{"a":"\u12"}"#,
    ])
    func `whatever is odd is left to the decoder`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func `what it takes, Foundation takes, and means the same`() throws {
        let pieces = [
            "{", "}", "\"a\"", "\"b\\n\"", ":", ",", "1", "0", "23", "true", "false", "null", " ",
            "\"\\ud83d\\ude00\"",
            "\"é\"", "[", "]", "\\", "\"", "-", ".",
        ]
        var random = SystemRandomNumberGenerator()
        var taken = 0
        for _ in 0..<20_000 {
            var text = "{\"a\":"
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                text += pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            text += Bool.random() ? "}" : ""
            guard let object = read(text) else { continue }
            taken += 1
            let known = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            let decoded = try #require(known, "\(text)")
            for (name, value) in decoded {
                switch object[name] {
                case .string(let mine): #expect(value as? String == mine)
                case .integer(let mine): #expect((value as? NSNumber)?.intValue == mine)
                case .bool(let mine): #expect((value as? NSNumber)?.boolValue == mine)
                case .null: #expect(value is NSNull)
                case nil: Issue.record("\(name) is missing of \(text)")
                }
            }
        }
        #expect(taken > 100, "too few to mean anything")
    }
}
