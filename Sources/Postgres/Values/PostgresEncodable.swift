/// A value that can be a parameter of a statement, sent in PostgreSQL's text format.
package protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    func encode(into text: inout PostgresText)
}

/// A value that can be an element of an array parameter, as `unnest` takes them.
///
/// It speaks for the whole array so that bytes can be one `bytea` rather than an array of small numbers.
package protocol PostgresArrayEncodable: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func encode(array: [Self], into text: inout PostgresText)
}

/// A value that a column can be read as.
package protocol PostgresDecodable {
    init(postgres cell: PostgresCell) throws(PostgresError)
}

/// A value that the elements of an array column can be read as.
package protocol PostgresArrayDecodable {
    static func decode(array cell: PostgresCell) throws(PostgresError) -> [Self]
}

/// Everything at once: a type that stands alone or in arrays, both ways. Enums and typed ids with a raw value
/// of such a type need only declare it: `extension Agent.Role: PostgresValue {}`.
package typealias PostgresValue =
    PostgresEncodable & PostgresDecodable & PostgresArrayEncodable & PostgresArrayDecodable

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    package static var postgresType: PostgresType { RawValue.postgresType }
    package func encode(into text: inout PostgresText) { rawValue.encode(into: &text) }
}

extension PostgresArrayEncodable where Self: RawRepresentable, RawValue: PostgresArrayEncodable {
    package static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    package init(postgres cell: PostgresCell) throws(PostgresError) {
        guard let value = Self(rawValue: try RawValue(postgres: cell)) else { throw cell.mismatch(Self.self) }
        self = value
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }
    package func encode(into text: inout PostgresText) {
        if let self { self.encode(into: &text) } else { text.setNull() }
    }
}

extension Optional: PostgresArrayEncodable where Wrapped: PostgresArrayEncodable & PostgresEncodable {
    package static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init(postgres cell: PostgresCell) throws(PostgresError) {
        self = cell.bytes == nil ? nil : .some(try Wrapped(postgres: cell))
    }
}

extension Optional: PostgresArrayDecodable where Wrapped: PostgresDecodable {}
