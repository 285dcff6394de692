// Bytes as bytea in hex form (`\x0aff`). An array of UInt8 is one value, not an array of small numbers.

extension UInt8: PostgresArrayEncodable {
    package static var postgresArrayType: PostgresType { .bytea }

    package static func encode(array: [UInt8], into text: inout PostgresText) {
        text.append("\\x")
        array.withUnsafeBytes { text.appendHexadecimal($0) }
    }
}

extension UInt8: PostgresArrayDecodable {
    package static func decode(array cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        let text = try cell.required([UInt8].self)
        guard text.count >= 2, text.count.isMultiple(of: 2), text.starts(with: "\\x".utf8) else {
            throw cell.mismatch([UInt8].self)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = nibble(text[index]), let low = nibble(text[index + 1]) else {
                throw cell.mismatch([UInt8].self)
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension Array: PostgresArrayEncodable where Element == UInt8 {
    package static var postgresArrayType: PostgresType { .byteaArray }
}

extension Array: PostgresArrayDecodable where Element == UInt8 {}
