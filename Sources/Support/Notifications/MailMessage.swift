import Foundation

/// An e-mail as it goes over the wire (RFC 5322, MIME per RFC 2045–2047). Nothing a contact or agent wrote can end
/// a header and begin another: header values have no control characters, and non-ASCII is encoded.
package struct MailMessage: Sendable {
    package let id: String
    package let from: String
    package let to: String
    package let subject: String
    package let text: String
    package let at: Timestamp

    package init(id: String, from: String, to: String, subject: String, text: String, at: Timestamp) {
        self.id = id
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.at = at
    }

    /// The bytes of an `.eml` file.
    package var rendered: String {
        let headers = [
            ("Message-ID", "<\(Self.clean(id))>"),
            ("Date", Self.date(at)),
            ("From", Self.mailbox(from)),
            ("To", Self.mailbox(to)),
            ("Subject", Self.encoded(subject)),
            ("Auto-Submitted", "auto-generated"),  // RFC 3834: so that no out-of-office reply comes back
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "base64"),
        ]
        let body = Data(text.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n" + body + "\r\n"
    }

    private static func clean(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    /// `Name <address>` or an address alone; the name may be in any script.
    private static func mailbox(_ value: String) -> String {
        let value = clean(value)
        guard let bracket = value.lastIndex(of: "<"), !value.utf8.allSatisfy({ $0 < 0x80 }) else {
            return value
        }
        let name = value[..<bracket].trimmingCharacters(in: .whitespaces)
        return "\(encoded(name)) \(value[bracket...])"
    }

    /// RFC 2047 encoded words, each within 75 characters and whole in itself. Text that looks like one is encoded
    /// too, so that it is read as it was written.
    private static func encoded(_ value: String) -> String {
        let value = clean(value)
        if value.utf8.allSatisfy({ $0 < 0x80 }), !value.contains("=?") { return value }
        var words: [String] = []
        var word = ""
        // By code points: one character of many can be longer than a word.
        for scalar in value.unicodeScalars {
            if word.utf8.count + String(scalar).utf8.count > 42 {
                words.append(word)
                word = ""
            }
            word.unicodeScalars.append(scalar)
        }
        words.append(word)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    private static func date(_ moment: Timestamp) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: moment.date)
    }
}
