import NIOCore

/// Reads a JSON object of strings, whole numbers, booleans and nulls: what clients say on the socket, all day long.
///
/// The short way for what is as it should be. Whatever is odd (nesting, fractions, a name twice, no JSON at all) is
/// nil, for a decoder that can say what is wrong with it; both agree on everything that this one takes.
package struct FlatJSONObject {
    package enum Value: Equatable, Sendable {
        case string(String)
        case integer(Int)
        case bool(Bool)
        case null
    }

    /// Members beyond this are left to the decoder: finding one here is a search.
    private static let maxMembers = 16

    private var members: [(name: String, value: Value)] = []

    package init?(_ bytes: ByteBuffer) {
        guard let read = bytes.withUnsafeReadableBytes({ FlatJSONReader($0).object(Self.maxMembers) }) else {
            return nil
        }
        members = read
    }

    package subscript(_ name: String) -> Value? { members.first { $0.name == name }?.value }

    /// The member's string, nil when it is not there or null; throws when it is something else.
    package func string(_ name: String) throws(NotFlat) -> String? {
        switch self[name] {
        case .string(let text): text
        case nil, .null: nil
        case .integer, .bool: throw NotFlat()
        }
    }

    /// A member is not of the kind that was asked for.
    package struct NotFlat: Error {}
}

extension JSONText {
    /// The string that `string` wrote; nil for null, and for what it did not write.
    package static func decoded(_ text: ByteBuffer) -> String? {
        text.withUnsafeReadableBytes { FlatJSONReader($0).wholeString() }
    }

    package static func decoded(_ text: String) -> String? { decoded(ByteBuffer(string: text)) }
}

private struct FlatJSONReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    consuming func object(_ maxMembers: Int) -> [(name: String, value: FlatJSONObject.Value)]? {
        var members: [(name: String, value: FlatJSONObject.Value)] = []
        members.reserveCapacity(4)
        guard take(UInt8(ascii: "{")) else { return nil }
        if !take(UInt8(ascii: "}")) {
            repeat {
                guard members.count < maxMembers, let name = string(), take(UInt8(ascii: ":")),
                    let value = value(), !members.contains(where: { $0.name == name })
                else { return nil }
                members.append((name, value))
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { return nil }
        }
        skipSpace()
        return place == bytes.count ? members : nil
    }

    consuming func wholeString() -> String? {
        guard let text = string() else { return nil }
        return place == bytes.count ? text : nil
    }

    private mutating func skipSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            default: return
            }
        }
    }

    /// Takes one byte, and the space before it.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func take(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - place >= count else { return false }
        for index in 0..<count where bytes[place + index] != word.utf8Start[index] { return false }
        place += count
        return true
    }

    private mutating func value() -> FlatJSONObject.Value? {
        skipSpace()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return take(word: "true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take(word: "false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return integer().map { .integer($0) }
        default: return nil
        }
    }

    /// Digits without a sign, a fraction or a leading zero.
    private mutating func integer() -> Int? {
        let start = place
        var number = 0
        while place < bytes.count, case let digit = bytes[place] &- UInt8(ascii: "0"), digit < 10 {
            place += 1
            number = number * 10 + Int(digit)
            guard place - start <= 15 else { return nil }
        }
        if place - start > 1, bytes[start] == UInt8(ascii: "0") { return nil }
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
        default: return number
        }
    }

    // MARK: Strings

    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<place])
                place += 1
                return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"): return escapedString(from: start)
            case 0..<0x20: return nil
            default: place += 1
            }
        }
        return nil
    }

    /// From the first backslash on, with everything before it.
    private mutating func escapedString(from start: Int) -> String? {
        var text: [UInt8] = []
        text.reserveCapacity(place - start + 64)
        text += bytes[start..<place]
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What stands behind a backslash (RFC 8259 §7).
    private mutating func escape() -> Unicode.Scalar? {
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else { return nil }
            guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
            guard take(word: "\\u"), let trail = codeUnit(), UTF16.isTrailSurrogate(trail) else { return nil }
            return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00))
        default: return nil
        }
    }

    private mutating func codeUnit() -> UInt16? {
        guard bytes.count - place >= 4 else { return nil }
        var unit: UInt16 = 0
        for index in place..<place + 4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        place += 4
        return unit
    }
}
