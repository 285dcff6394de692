import Foundation
import Realtime
import Testing

@Suite struct JSONTextTests {
    /// What Foundation makes of the text we wrote.
    private func read(_ text: String) throws -> String? {
        let list = try JSONSerialization.jsonObject(with: Data("[\(JSONText.string(text))]".utf8))
        return (list as? [String])?.first
    }

    @Test(arguments: [
        "", "plain", "\"", "\\", "\\\"", "/", "</script>", "\n\r\t\u{8}\u{c}", "\u{0}", "\u{1f}", "\u{7f}",
        "\u{2028}\u{2029}", "é", "e\u{301}", "中文", "👩‍👩‍👧‍👦", "\u{10ffff}", "a\u{feff}", "a\r\nb",
        "\u{d7ff}\u{e000}", "\\u0041", "${jndi:ldap://x}",
    ])
    func `hostile strings come back as they were`(_ text: String) throws {
        #expect(try read(text).map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test func `any string of any scalars comes back as it was`() throws {
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40) {
                // Mostly the troublesome low ones, sometimes anything there is.
                let value = Bool.random() ? UInt32.random(in: 0...0x7F) : UInt32.random(in: 0...0x10FFFF)
                // Foundation takes a byte order mark at the start of a string for none of it.
                if let scalar = Unicode.Scalar(value), value != 0xFEFF { text.unicodeScalars.append(scalar) }
            }
            #expect(try read(text).map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test func `nothing is null`() {
        #expect(JSONText.string(nil as String?) == "null")
        #expect(JSONText.string("a" as String?) == #""a""#)
    }

    @Test func `the text stays on one line, so it may follow a header line`() {
        #expect(!JSONText.string("a\nb\r\nc").contains { $0.isNewline })
    }
}
