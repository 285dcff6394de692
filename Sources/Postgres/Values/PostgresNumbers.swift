// Numbers and truth values. Integers carry the width of their Swift type; `Int` is a bigint.

extension PostgresEncodable where Self: FixedWidthInteger {
    package func encode(into text: inout PostgresText) { text.append(String(self)) }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    package init(postgres cell: PostgresCell) throws(PostgresError) {
        guard let value = Self(try cell.text(Self.self)) else { throw cell.mismatch(Self.self) }
        self = value
    }
}

extension Int: PostgresValue {
    package static let postgresType = PostgresType.int8
    package static let postgresArrayType = PostgresType.int8Array
}

extension Int64: PostgresValue {
    package static let postgresType = PostgresType.int8
    package static let postgresArrayType = PostgresType.int8Array
}

extension Int32: PostgresValue {
    package static let postgresType = PostgresType.int4
    package static let postgresArrayType = PostgresType.int4Array
}

extension Int16: PostgresValue {
    package static let postgresType = PostgresType.int2
    package static let postgresArrayType = PostgresType.int2Array
}

extension Double: PostgresValue {
    package static let postgresType = PostgresType.float8
    package static let postgresArrayType = PostgresType.float8Array

    // Swift prints the shortest text that reads back as the same number, and so does PostgreSQL.
    package func encode(into text: inout PostgresText) {
        text.append(isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : description)
    }

    package init(postgres cell: PostgresCell) throws(PostgresError) {
        guard let value = Double(try cell.text(Double.self)) else { throw cell.mismatch(Double.self) }
        self = value
    }
}

extension Bool: PostgresValue {
    package static let postgresType = PostgresType.bool
    package static let postgresArrayType = PostgresType.boolArray

    package func encode(into text: inout PostgresText) { text.append(self ? "t" : "f") }

    package init(postgres cell: PostgresCell) throws(PostgresError) {
        switch try cell.text(Bool.self) {
        case "t": self = true
        case "f": self = false
        default: throw cell.mismatch(Bool.self)
        }
    }
}
