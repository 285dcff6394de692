import Foundation
import Testing

@testable import Support

@Suite struct MailMessageTests {
    private func message(
        id: String = "1@x", from: String = "Shop <shop@example.com>", to: String = "ann@example.com",
        subject: String = "Hello", text: String = "Hi", at: Timestamp = Timestamp(milliseconds: 0)
    ) -> MailMessage {
        MailMessage(id: id, from: from, to: to, subject: subject, text: text, at: at)
    }

    /// The headers, unfolded, and the body, decoded.
    private func read(_ message: MailMessage) throws -> (headers: [(String, String)], body: String) {
        let parts = message.rendered.split(separator: "\r\n\r\n", maxSplits: 1)
        let head = try #require(parts.first).replacing("\r\n ", with: "\u{1}")
        let headers = head.split(separator: "\r\n").map { line in
            let halves = line.split(separator: ": ", maxSplits: 1)
            return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "")
        }
        let text = parts.count > 1 ? parts[1].filter { !$0.isNewline } : ""
        let body = try #require(Data(base64Encoded: String(text)))
        return (headers, String(decoding: body, as: UTF8.self))
    }

    /// RFC 2047, the encoded words of UTF-8 in base64 that we write.
    private func decoded(_ value: String) throws -> String {
        guard value.hasPrefix("=?") else { return value }
        var bytes = Data()
        for word in value.split(separator: "\u{1}") {
            #expect(word.utf8.count <= 75)
            #expect(word.hasPrefix("=?utf-8?B?") && word.hasSuffix("?="))
            let chunk = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
            #expect(String(data: chunk, encoding: .utf8) != nil, "a word is whole in itself")
            bytes += chunk
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func subject(_ subject: String) throws -> String {
        let headers = try read(message(subject: subject)).headers
        return try decoded(try #require(headers.first { $0.0 == "Subject" }).1)
    }

    @Test func `a mail has the headers that it needs, each once`() throws {
        let (headers, body) = try read(message(at: Timestamp(iso8601: "2026-11-21T09:05:07.123Z")!))
        #expect(
            headers.map(\.0) == [
                "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version",
                "Content-Type",
                "Content-Transfer-Encoding",
            ])
        let values = Dictionary(uniqueKeysWithValues: headers)
        #expect(values["Message-ID"] == "<1@x>")
        #expect(values["Date"] == "Sat, 21 Nov 2026 09:05:07 +0000")
        #expect(values["Auto-Submitted"] == "auto-generated")
        #expect(body == "Hi")
    }

    @Test(arguments: [
        "a@b.c\r\nBcc: everybody@example.com", "a@b.c\nBcc: x@y", "a@b.c\rBcc: x@y", "a\u{0}b@c",
        "a@b.c\r\n\r\nBody of mine",
    ])
    func `nothing that somebody wrote begins a header of its own`(_ hostile: String) throws {
        let all = message(id: hostile, from: hostile, to: hostile, subject: hostile, text: "Hi")
        let (headers, body) = try read(all)
        #expect(headers.count == 9)
        #expect(!headers.contains { $0.0.lowercased() == "bcc" })
        #expect(body == "Hi")
        let head = try #require(all.rendered.split(separator: "\r\n\r\n").first)
        #expect(!head.replacing("\r\n", with: "").unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test(arguments: [
        "Plain", "Größe", "新消息：你好，这是一个相当长的主题行，需要折成好几个编码字才放得下，真的很长",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "mixed 中文 and English in one rather long subject line, folded",
        "", "=?utf-8?B?SGFjaw==?= ü",
    ])
    func `a subject is read as it was written`(_ text: String) throws {
        #expect(try subject(text) == text)
    }

    @Test func `one endless character is still cut into words that fit`() throws {
        let text = "a" + String(repeating: "\u{301}", count: 300)
        #expect(try Array(subject(text).utf8) == Array(text.utf8))
    }

    @Test(arguments: ["你好\n世界", "line\r\nline", ".\r\n.\r\n", String(repeating: "長", count: 5000), ""])
    func `the body is what was written, in lines of at most 76`(_ text: String) throws {
        let mail = message(text: text)
        #expect(try read(mail).body == text)
        #expect(mail.rendered.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 998 })
        let lines = mail.rendered.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        if !text.isEmpty { #expect(lines.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 }) }
    }

    @Test func `a name that is not ASCII is encoded in From`() throws {
        let headers = try read(message(from: "Café Größe <shop@example.com>")).headers
        let from = try #require(headers.first { $0.0 == "From" }).1
        #expect(from.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(from.hasSuffix(" <shop@example.com>"))
        #expect(try decoded(String(from.dropLast(" <shop@example.com>".count))) == "Café Größe")
    }
}
