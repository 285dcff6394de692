/// A statement and its parameters, written as one string literal.
///
/// Every interpolated value becomes a numbered bind, so no value can ever be read as SQL:
///
///     let sql: SQL = "SELECT id FROM contacts WHERE account_id = \(account) AND email = \(email)"
///     // sent as     SELECT id FROM contacts WHERE account_id = $1 AND email = $2
///
/// Text that comes from the program itself (an identifier, a sort order) goes in by `\(raw:)`, and another
/// `SQL` by plain interpolation or `+`, its binds renumbered.
///
/// Strings are sent without a type, like quoted literals, so they fit text, enum, uuid or inet columns; where
/// PostgreSQL has nothing to infer the type from (`jsonb_build_object`, `IS NULL`), write `\(name)::text`.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text between the binds: always one piece more than there are binds.
    private var pieces: [String]
    private(set) var binds: [PostgresBind]

    package init(stringLiteral value: String) {
        pieces = [value]
        binds = []
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// The statement as the server gets it, with `$1`, `$2` … for the binds.
    package var text: String {
        guard !binds.isEmpty else { return pieces[0] }
        var text = pieces[0]
        for index in 1..<pieces.count {
            text += "$\(index)"
            text += pieces[index]
        }
        return text
    }

    package static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum += right
        return sum
    }

    package static func += (left: inout SQL, right: SQL) {
        left.pieces[left.pieces.count - 1] += right.pieces[0]
        left.pieces.append(contentsOf: right.pieces.dropFirst())
        left.binds.append(contentsOf: right.binds)
    }

    fileprivate mutating func append(_ bind: PostgresBind) {
        binds.append(bind)
        pieces.append("")
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql: SQL = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.binds.reserveCapacity(interpolationCount)
            sql.pieces.reserveCapacity(interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql.pieces[sql.pieces.count - 1] += literal
        }

        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            sql.append(PostgresBind(value))
        }

        /// `nil` is NULL of the value's type.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            sql.append(PostgresBind(value))
        }

        package mutating func appendInterpolation(_ other: SQL) {
            sql += other
        }

        /// Trusted text, taken as it is: never anything that came from outside the program.
        package mutating func appendInterpolation(raw text: String) {
            sql.pieces[sql.pieces.count - 1] += text
        }
    }
}

/// One parameter, ready to be sent: its type and its text, NULL when there is none.
struct PostgresBind: Sendable {
    let type: PostgresType
    let text: [UInt8]?
    /// Why the value cannot be sent at all; found while encoding, thrown when the statement is run.
    let problem: String?

    init<Value: PostgresEncodable>(_ value: Value) {
        var text = PostgresText()
        value.encode(into: &text)
        type = Value.postgresType
        problem = text.problem
        self.text = text.isNull ? nil : text.bytes
    }
}
