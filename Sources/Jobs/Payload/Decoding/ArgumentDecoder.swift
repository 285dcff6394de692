import Foundation

/// Reads a job from its arguments. `JSONDecoder` first makes a map of the whole text, which costs several times what a
/// small job costs otherwise; this one looks into the text where it is asked. It reads what `JobEnvelope` writes:
/// times as seconds, data as base64.
struct ArgumentDecoder: Decoder {
    let text: ArgumentText
    let range: Range<Int>
    /// Where the container is that this value stands in, and where in it: joined only when somebody asks, since most
    /// values are read without.
    let parents: [any CodingKey]
    let key: (any CodingKey)?

    var codingPath: [any CodingKey] { key.map { parents + [$0] } ?? parents }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Decodes a `T` from text that is well-formed JSON.
    static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8], element: Int? = nil) throws -> T {
        let text = ArgumentText(bytes: bytes)
        let start = text.skipBlanks(0)
        let whole = ArgumentDecoder(text: text, range: start..<text.end(of: start), parents: [], key: nil)
        guard let element else { return try whole.value(type) }
        var container = try whole.unkeyedContainer()
        for _ in 0..<element { _ = try container.superDecoder() }
        return try container.decode(type)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard text.bytes[range.lowerBound] == UInt8(ascii: "{") else { throw mismatch([String: Any].self) }
        return KeyedDecodingContainer(
            ArgumentObject<Key>(decoder: self, members: text.members(range.lowerBound)))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard text.bytes[range.lowerBound] == UInt8(ascii: "[") else { throw mismatch([Any].self) }
        return ArgumentArray(decoder: self, elements: text.elements(range.lowerBound))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { ArgumentValue(decoder: self) }

    func value<T: Decodable>(_ type: T.Type) throws -> T {
        // Compared, not cast: a cast looks the types up anew each time.
        if type == Date.self { return Date(timeIntervalSince1970: try float(Double.self)) as! T }
        if type == [String: String].self { return try texts() as! T }
        if type == URL.self { return try converted(URL.init(string:)) as! T }
        if type == Data.self { return try converted { Data(base64Encoded: $0) } as! T }
        if type == Decimal.self {
            guard let decimal = text.number(range).flatMap({ Decimal(string: String($0)) }) else {
                throw mismatch(type)
            }
            return decimal as! T
        }
        return try T(from: self)
    }

    /// What `Dictionary` would do by itself, many times slower.
    private func texts() throws -> [String: String] {
        guard text.bytes[range.lowerBound] == UInt8(ascii: "{") else { throw mismatch([String: String].self) }
        let members = text.members(range.lowerBound)
        var result: [String: String] = [:]
        result.reserveCapacity(members.count)
        for member in members {
            guard let name = text.string(member.name), let value = text.string(member.value) else {
                throw mismatch([String: String].self)
            }
            result[name] = value
        }
        return result
    }

    func string() throws -> String {
        guard let string = text.string(range) else { throw mismatch(String.self) }
        return string
    }

    func flag() throws -> Bool {
        guard let flag = text.flag(range) else { throw mismatch(Bool.self) }
        return flag
    }

    func float<T: BinaryFloatingPoint & LosslessStringConvertible>(_ type: T.Type) throws -> T {
        guard let number = text.number(range) else { throw mismatch(type) }
        guard let value = T(String(number)), value.isFinite else { throw corrupted("\(number) does not fit") }
        return value
    }

    /// `1.0` and `1e2` are whole numbers too.
    func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        if let small = text.smallInteger(range), let value = T(exactly: small) { return value }
        guard let number = text.number(range) else { throw mismatch(type) }
        guard let value = T(number) ?? Double(number).flatMap({ T(exactly: $0) }) else {
            throw corrupted("\(number) is no \(type)")
        }
        return value
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "this is no \(type)")
        return text.isNull(range) ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func corrupted(_ reason: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: reason))
    }

    private func converted<T>(_ make: (String) -> T?) throws -> T {
        let string = try string()
        guard let value = make(string) else { throw corrupted("this is no \(T.self)") }
        return value
    }
}

struct ArgumentIndex: CodingKey {
    let intValue: Int?
    var stringValue: String { "Index \(intValue ?? 0)" }

    init(_ index: Int) { intValue = index }
    init?(intValue: Int) { self.init(intValue) }
    init?(stringValue: String) { nil }
}
