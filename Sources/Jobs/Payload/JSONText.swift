import Foundation

/// Writes the few JSON values that this room adds to a payload.
enum JSONText {
    /// `text` as a JSON string, with no more escapes than RFC 8259 asks for.
    static func string(_ text: String) -> String {
        // Names and identifiers, which nearly all are, need no escapes.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            return "\"\(text)\""
        }
        var result = "\""
        result.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// `time` in seconds since 1970 with six decimals, as JSON and as a score.
    ///
    /// Always with a decimal point: Sidekiq 8 takes a JSON integer for milliseconds, while every version from
    /// 6 to 8 takes a float for seconds.
    static func time(_ time: Date) -> String {
        let microseconds = Int((time.timeIntervalSince1970 * 1_000_000).rounded())
        let (seconds, fraction) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let decimals = String(fraction)
        let sign = microseconds < 0 ? "-" : ""
        return "\(sign)\(seconds).\(String(repeating: "0", count: 6 - decimals.count))\(decimals)"
    }

    /// The time that a JSON number stands for: a float counts seconds, an integer of Sidekiq 8 milliseconds.
    static func time(from text: String) -> Date? {
        guard let number = Double(text) else { return nil }
        let isFloat = text.contains { $0 == "." || $0 == "e" || $0 == "E" }
        return Date(timeIntervalSince1970: isFloat ? number : number / 1000)
    }
}
