import Foundation

/// One column of one row in PostgreSQL's text format, valid only while it is being decoded.
package struct PostgresCell {
    /// `nil` for NULL.
    package let bytes: UnsafeBufferPointer<UInt8>?
    /// The column's name, for errors.
    package let column: String

    /// The bytes of a value that must be there.
    package func required<Value>(_ type: Value.Type) throws(PostgresError) -> UnsafeBufferPointer<UInt8> {
        guard let bytes else {
            throw PostgresError(.decode, "column \(column) is NULL, which \(type) cannot be")
        }
        return bytes
    }

    /// The text of a value that must be there.
    package func text<Value>(_ type: Value.Type) throws(PostgresError) -> String {
        String(decoding: try required(type), as: UTF8.self)
    }

    package func mismatch<Value>(_ type: Value.Type) -> PostgresError {
        PostgresError(.decode, "column \(column) holds a value that is no \(type)")
    }
}
