/// What went wrong in the Postgres room.
///
/// Expected refusals of the server (a unique violation, say) arrive here too, told apart by `sqlState` and
/// `constraint`. A message never carries the value of a parameter: it may be logged as it stands.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may be added without breaking who matches on the old ones.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case connection, poolExhausted, server, stalePlan, transactionAborted, invalidParameter, decode
            case cancelled, shutdown, configuration, migration
        }
        private let kind: Kind
        private init(_ kind: Kind) { self.kind = kind }

        /// No connection could be had, or it was lost. A write in flight may or may not have happened.
        package static let connection = Code(.connection)
        /// Every connection was busy for the whole wait limit, or the line was full.
        package static let poolExhausted = Code(.poolExhausted)
        /// The server refused the statement: see `sqlState`.
        package static let server = Code(.server)
        /// A prepared plan no longer fits the table inside a transaction; the transaction may be run again.
        package static let stalePlan = Code(.stalePlan)
        /// A transaction's body hid the error of a statement, so there was nothing left to commit.
        package static let transactionAborted = Code(.transactionAborted)
        /// A parameter cannot be represented in PostgreSQL; nothing was sent.
        package static let invalidParameter = Code(.invalidParameter)
        /// A column is missing, NULL, or not of the type asked for.
        package static let decode = Code(.decode)
        /// The caller's task was cancelled while it waited in line; nothing was sent.
        package static let cancelled = Code(.cancelled)
        /// The pool has been shut down.
        package static let shutdown = Code(.shutdown)
        /// The connection URL or a setting makes no sense.
        package static let configuration = Code(.configuration)
        /// The migrations on disk and in the database do not agree.
        package static let migration = Code(.migration)

        package var description: String { kind.rawValue }
    }

    package var code: Code
    /// The five characters of PostgreSQL's appendix A, when the server gave the verdict.
    package var sqlState: String?
    package var message: String
    /// The constraint that was violated, for class 23.
    package var constraint: String?
    /// Where the caller asked.
    package var file: String
    package var line: Int

    package init(
        _ code: Code, _ message: String, sqlState: String? = nil, constraint: String? = nil,
        file: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.sqlState = sqlState
        self.message = message
        self.constraint = constraint
        self.file = file
        self.line = line
    }

    /// Whether the same work may succeed when tried again a little later.
    package var isTransient: Bool {
        if code == .connection || code == .poolExhausted || code == .stalePlan { return true }
        guard let sqlState else { return false }
        return switch sqlState {
        case "40001", "40P01": true  // serialization failure, deadlock
        case "25006": true  // read-only: we were talking to a standby during a failover
        default:
            // Connection exceptions; insufficient resources (disk full, too many clients); operator intervention.
            sqlState.hasPrefix("08") || sqlState.hasPrefix("53") || sqlState.hasPrefix("57P")
        }
    }

    package var isUniqueViolation: Bool { sqlState == "23505" }

    package var description: String {
        let state = sqlState.map { " \($0)" } ?? ""
        return "postgres \(code)\(state): \(message) (\(file):\(line))"
    }

    /// The same error as seen from where the caller asked.
    func at(_ file: String, _ line: Int) -> PostgresError {
        var copy = self
        copy.file = file
        copy.line = line
        return copy
    }
}
