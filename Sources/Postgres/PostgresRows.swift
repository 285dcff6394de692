/// What a statement gave back: its rows, and how many rows it touched.
package struct PostgresRows: Sendable, RandomAccessCollection {
    private let result: PostgresResult

    init(_ result: PostgresResult) { self.result = result }

    /// Rows inserted, updated, deleted or selected, as the server counts them.
    package var affected: Int { result.affected }

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }

    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < result.rowCount, "row out of range")
        return PostgresRow(result: result, row: position)
    }
}

/// One row; columns are read by name.
package struct PostgresRow: Sendable {
    fileprivate let result: PostgresResult
    fileprivate let row: Int

    /// Reads a column; `NULL` fits only an `Optional`.
    package func decode<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self, file: String = #fileID, line: Int = #line
    ) throws(PostgresError) -> Value {
        guard let index = result.columns.firstIndex(of: column) else {
            throw PostgresError(.decode, "there is no column \(column)", file: file, line: line)
        }
        do {
            return try result.withCell(row, index) { cell throws(PostgresError) in try Value(postgres: cell) }
        } catch {
            throw error.at(file, line)
        }
    }
}
