import CLibPQ

/// Owns a result of libpq and reads from it.
///
/// `@unchecked Sendable` holds because a `PGresult` is never changed once libpq has handed it out (its manual,
/// 34.20, allows passing it freely between threads), this class has no other state, and `deinit` runs once,
/// when nobody reads any more.
final class PostgresResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let columns: [String]
    let rowCount: Int

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columns = (0..<PQnfields(pointer)).map { String(cString: PQfname(pointer, $0)) }
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    var affected: Int {
        // Empty for statements that count nothing, such as CREATE TABLE.
        Int(String(cString: PQcmdTuples(pointer))) ?? 0
    }

    func withCell<Value>(
        _ row: Int, _ column: Int, _ body: (PostgresCell) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        let (row, index) = (Int32(row), Int32(column))
        guard PQgetisnull(pointer, row, index) == 0 else {
            return try body(PostgresCell(bytes: nil, column: columns[column]))
        }
        let length = Int(PQgetlength(pointer, row, index))
        let start = UnsafeRawPointer(PQgetvalue(pointer, row, index)!).assumingMemoryBound(to: UInt8.self)
        let value = try body(
            PostgresCell(bytes: UnsafeBufferPointer(start: start, count: length), column: columns[column]))
        return withExtendedLifetime(self) { value }
    }

    /// The server's verdict, without any parameter's value in it.
    var error: PostgresError {
        let state = field(.sqlState)
        let primary = field(.message) ?? "no message"
        let code: PostgresError.Code =
            if isFatal { .connection } else if isStalePlan(state) { .stalePlan } else { .server }
        return PostgresError(
            code, state.map { Self.withoutValues(primary, $0) } ?? primary, sqlState: state,
            constraint: field(.constraint))
    }

    /// Whether the server ends the session with this error.
    private var isFatal: Bool {
        let severity = field(.severity)
        return severity == "FATAL" || severity == "PANIC"
    }

    /// A prepared statement whose table has changed its columns, or that somebody deallocated. Both are found
    /// before the statement does anything. "Feature not supported" is a wide field, hence the function's name.
    private func isStalePlan(_ state: String?) -> Bool {
        state == "26000" || (state == "0A000" && field(.function) == "RevalidateCachedQuery")
    }

    /// The letters of the protocol's error fields (PostgreSQL manual, 55.8), which libpq has as macros that
    /// Swift does not see. The severity is the one that is never translated.
    private enum ErrorField: Unicode.Scalar {
        case sqlState = "C"
        case message = "M"
        case constraint = "n"
        case severity = "V"
        case function = "R"
    }

    private func field(_ field: ErrorField) -> String? {
        PQresultErrorField(pointer, Int32(field.rawValue.value)).map { String(cString: $0) }
    }

    /// Data exceptions quote the value they could not read (`invalid input syntax for type uuid: "…"`), and so
    /// do the parsers of tsquery and of names; all others quote identifiers, which may stay.
    static func withoutValues(_ message: String, _ state: String) -> String {
        let quotesValue =
            state.hasPrefix("22") || state == "42602"
            || (state == "42601" && !message.hasPrefix("syntax error at or near"))
        guard quotesValue, let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""),
            first < last
        else { return message }
        return message[...first] + "…" + message[last...]
    }
}
