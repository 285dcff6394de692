import Foundation

extension String: PostgresValue {
    package static let postgresType = PostgresType.inferred
    package static let postgresArrayType = PostgresType.textArray

    package func encode(into text: inout PostgresText) {
        // libpq ends a text parameter at the first zero byte: sent on, the value would be cut off in silence.
        if utf8.contains(0) { text.refuse("text contains U+0000, which PostgreSQL cannot store") }
        text.append(self)
    }

    package init(postgres cell: PostgresCell) throws(PostgresError) {
        self = try cell.text(String.self)
    }
}

extension UUID: PostgresValue {
    package static let postgresType = PostgresType.uuid
    package static let postgresArrayType = PostgresType.uuidArray

    package func encode(into text: inout PostgresText) {
        // PostgreSQL reads it without hyphens too.
        withUnsafeBytes(of: uuid) { text.appendHexadecimal($0) }
    }

    package init(postgres cell: PostgresCell) throws(PostgresError) {
        guard let value = UUID(uuidString: try cell.text(UUID.self)) else { throw cell.mismatch(UUID.self) }
        self = value
    }
}

/// A `jsonb` document by its text; the text is not looked into beyond what PostgreSQL could not store.
package struct PostgresJSON: PostgresValue, Equatable {
    package static let postgresType = PostgresType.jsonb
    package static let postgresArrayType = PostgresType.jsonbArray

    package var text: String

    package init(_ text: String) { self.text = text }

    package func encode(into text: inout PostgresText) {
        if namesZero { text.refuse("JSON contains U+0000, which PostgreSQL cannot store") }
        text.append(self.text)
    }

    package init(postgres cell: PostgresCell) throws(PostgresError) {
        text = try cell.text(PostgresJSON.self)
    }

    /// Whether the document holds a zero character, raw or as the escape `\u0000`.
    private var namesZero: Bool {
        var bytes = text.utf8.makeIterator()
        var tail: [UInt8] = []
        while let byte = bytes.next() {
            if byte == 0 { return true }
            guard byte == UInt8(ascii: "\\") else { continue }
            guard bytes.next() == UInt8(ascii: "u") else { continue }
            tail.removeAll(keepingCapacity: true)
            while tail.count < 4, let digit = bytes.next() { tail.append(digit) }
            if tail.elementsEqual("0000".utf8) { return true }
        }
        return false
    }
}
