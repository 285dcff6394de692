/// Arrays in text form: `{"plain","with \" and \\",NULL}` (PostgreSQL manual, 8.15.6).
///
/// Every element is quoted on the way out, so commas, braces, spaces, empty strings and the word NULL need no
/// rules of their own; on the way in both forms are read. One dimension only.
extension Array: PostgresEncodable where Element: PostgresArrayEncodable {
    package static var postgresType: PostgresType { Element.postgresArrayType }
    package func encode(into text: inout PostgresText) { Element.encode(array: self, into: &text) }
}

extension Array: PostgresDecodable where Element: PostgresArrayDecodable {
    package init(postgres cell: PostgresCell) throws(PostgresError) {
        self = try Element.decode(array: cell)
    }
}

extension PostgresArrayEncodable where Self: PostgresEncodable {
    package static func encode(array: [Self], into text: inout PostgresText) {
        var element = PostgresText()
        text.append(UInt8(ascii: "{"))
        for (index, value) in array.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            element.reset()
            value.encode(into: &element)
            if element.isNull {
                text.append("NULL")
            } else {
                text.appendQuoted(element.bytes)
            }
        }
        text.append(UInt8(ascii: "}"))
        if let problem = element.problem { text.refuse(problem) }
    }
}

extension PostgresText {
    fileprivate mutating func appendQuoted(_ element: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        append(quote)
        if element.contains(quote) || element.contains(backslash) {
            for byte in element {
                if byte == quote || byte == backslash { append(backslash) }
                append(byte)
            }
        } else {
            append(element)  // by far the most, and then one copy
        }
        append(quote)
    }
}

extension PostgresArrayDecodable where Self: PostgresDecodable {
    package static func decode(array cell: PostgresCell) throws(PostgresError) -> [Self] {
        var reader = PostgresArrayReader(try cell.required([Self].self))
        var values: [Self] = []
        while true {
            switch reader.next() {
            case .end: return values
            case .malformed: throw cell.mismatch([Self].self)
            case .null:
                values.append(try Self(postgres: PostgresCell(bytes: nil, column: cell.column)))
            case .element(let bytes):
                let decoded = bytes.withUnsafeBufferPointer { buffer -> Result<Self, PostgresError> in
                    Result { () throws(PostgresError) in
                        try Self(postgres: PostgresCell(bytes: buffer, column: cell.column))
                    }
                }
                values.append(try decoded.get())
            }
        }
    }
}

/// Reads the elements of an array literal one by one.
struct PostgresArrayReader {
    enum Step: Equatable {
        case element([UInt8])
        case null, end, malformed
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    private var isFirst = true

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        position = 0
        // An array that does not start at 1 says its bounds first: [2:3]={a,b}
        if bytes.first == UInt8(ascii: "["), let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
            position = equals + 1
        }
        if peek() == UInt8(ascii: "{") { position += 1 } else { position = bytes.count }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func next() -> Step {
        guard let byte = peek() else { return .malformed }
        if byte == UInt8(ascii: "}") { return position == bytes.count - 1 ? .end : .malformed }
        if !isFirst {
            guard byte == UInt8(ascii: ",") else { return .malformed }
            position += 1
        }
        isFirst = false
        return peek() == UInt8(ascii: "\"") ? quoted() : plain()
    }

    private mutating func quoted() -> Step {
        var element: [UInt8] = []
        position += 1
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return .element(element)
            case UInt8(ascii: "\\"):
                guard let escaped = peek() else { return .malformed }
                element.append(escaped)
                position += 1
            default: element.append(byte)
            }
        }
        return .malformed
    }

    private mutating func plain() -> Step {
        let start = position
        while let byte = peek(), byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") {
            guard byte != UInt8(ascii: "{") else { return .malformed }  // a second dimension
            position += 1
        }
        guard position > start else { return .malformed }
        let element = bytes[start..<position]
        return element.elementsEqual("NULL".utf8) ? .null : .element(Array(element))
    }
}
