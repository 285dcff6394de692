import Foundation

/// JSON that `JSONScanner` has found well-formed, and where its parts are. Because it is, looking for the end of a value
/// need not check anything.
struct ArgumentText: Sendable {
    let bytes: [UInt8]

    /// The first place from `start` that is no blank.
    func skipBlanks(_ start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
        return index
    }

    /// Where the value that begins at `start` ends.
    func end(of start: Int) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "\""): return endOfString(start)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return endOfNested(start)
        default:
            var index = start
            while index < bytes.count, !Self.endsScalar(bytes[index]) { index += 1 }
            return index
        }
    }

    /// The elements of the array at `start`.
    func elements(_ start: Int) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var index = skipBlanks(start + 1)
        while bytes[index] != UInt8(ascii: "]") {
            let end = end(of: index)
            result.append(index..<end)
            index = skipBlanks(end)
            if bytes[index] == UInt8(ascii: ",") { index = skipBlanks(index + 1) }
        }
        return result
    }

    /// The members of the object at `start`, names with their quotes.
    func members(_ start: Int) -> [JSONScanner.Member] {
        var result: [JSONScanner.Member] = []
        var index = skipBlanks(start + 1)
        while bytes[index] != UInt8(ascii: "}") {
            let name = index..<endOfString(index)
            // Over the colon.
            index = skipBlanks(skipBlanks(name.upperBound) + 1)
            let value = index..<end(of: index)
            result.append(JSONScanner.Member(name: name, value: value))
            index = skipBlanks(value.upperBound)
            if bytes[index] == UInt8(ascii: ",") { index = skipBlanks(index + 1) }
        }
        return result
    }

    /// Nil when it is no string, or one with half a surrogate pair.
    func string(_ range: Range<Int>) -> String? {
        guard bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        let inside = bytes[range.lowerBound + 1..<range.upperBound - 1]
        if !inside.contains(UInt8(ascii: "\\")) { return String(decoding: inside, as: UTF8.self) }
        // `try?`: well-formed as it is, only half a surrogate pair fails.
        return try? JSONDecoder().decode(String.self, from: Data(bytes[range]))
    }

    /// The number as it is written; nil when it is none.
    func number(_ range: Range<Int>) -> Substring? {
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            Substring(decoding: bytes[range], as: UTF8.self)
        default: nil
        }
    }

    /// A whole number of at most 18 digits; nil for all that has to be looked at more closely.
    func smallInteger(_ range: Range<Int>) -> Int? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let digits = bytes[(isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound]
        guard (1...18).contains(digits.count) else { return nil }
        var value = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return isNegative ? -value : value
    }

    func isNull(_ range: Range<Int>) -> Bool { bytes[range.lowerBound] == UInt8(ascii: "n") }

    /// True, false, or nil when it is neither.
    func flag(_ range: Range<Int>) -> Bool? {
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// Whether the member's name is `key`. A name with escapes is compared in full.
    func matches(_ name: Range<Int>, _ key: String) -> Bool {
        let inside = bytes[name.lowerBound + 1..<name.upperBound - 1]
        if inside.elementsEqual(key.utf8) { return true }
        return inside.contains(UInt8(ascii: "\\")) && string(name) == key
    }

    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    private func endOfNested(_ start: Int) -> Int {
        var (index, depth) = (start, 0)
        repeat {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(index)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            index += 1
        } while depth > 0
        return index
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    }
}
