import CLibPQ
import Foundation

/// One session with the server, used with blocking calls by the one thread that opened it.
///
/// It stays in libpq's pipeline mode all its life: a scope, the statement, and what has to be prepared for them
/// leave in one write, and one Sync ends their implicit transaction, so everything costs one round trip.
/// A class without `Sendable`, so the compiler keeps it on its thread.
package final class PostgresConnection {
    let handle: OpaquePointer
    let configuration: PostgresConfiguration
    var statements: StatementCache
    /// Sent ahead of the next statement: a transaction's BEGIN and scope cost no round trip of their own.
    private var opening: [SQL] = []
    private var isInTransaction = false
    /// The first error inside the open transaction, which the server answers by refusing all that follows.
    private var firstFailure: PostgresError?
    /// False once the connection was lost: it is to be thrown away.
    var isUsable = true

    /// Blocks until the server has let us in, `connectTimeout` at most per address.
    package init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        self.configuration = configuration
        statements = StatementCache(limit: configuration.statementCacheLimit)
        let parameters = configuration.parameters
        let keywords = parameters.map { strdup($0.keyword) } + [nil]
        let values = parameters.map { strdup($0.value) } + [nil]
        defer { for string in keywords + values { free(string) } }
        let opened = PQconnectdbParams(
            keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
        guard let opened else { throw PostgresError(.connection, "out of memory") }
        handle = opened
        guard PQstatus(handle) == CONNECTION_OK else { throw lost("cannot connect") }
        // Notices ("relation exists, skipping") would go to stderr; whoever needs one asks the server's log.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        PQenterPipelineMode(handle)
        _ = try exchange([[configuration.session]])[0].get()
    }

    deinit { PQfinish(handle) }

    /// Runs one statement and waits for its rows; inside a transaction's body it belongs to the transaction.
    @discardableResult
    package func query(
        _ sql: SQL, file: String = #fileID, line: Int = #line
    ) throws(PostgresError) -> PostgresRows {
        try query([sql], file: file, line: line)[0]
    }

    /// Runs several statements in one round trip, all or none of them outside a transaction.
    @discardableResult
    package func query(
        _ group: [SQL], file: String = #fileID, line: Int = #line
    ) throws(PostgresError) -> [PostgresRows] {
        do {
            let prelude = opening
            let rows = try run([prelude + group])[0].get()
            return Array(rows.dropFirst(prelude.count))
        } catch {
            throw error.at(file, line)
        }
    }

    /// Runs groups of statements one after the other in one go, each group its own implicit transaction, so
    /// that the failure of one leaves its neighbours alone.
    func run(_ groups: [[SQL]]) -> [Result<[PostgresRows], PostgresError>] {
        var results = exchange(groups)
        for index in results.indices {
            guard case .failure(let error) = results[index] else { continue }
            // Found before the statement did anything, and the implicit transaction is rolled back: run it
            // again with a fresh plan. An explicit transaction is lost and left to its caller.
            if error.code == .stalePlan, isUsable, !isInTransaction {
                results[index] = exchange([groups[index]])[0]
            }
        }
        return results
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    @discardableResult
    package func transaction<Value>(
        in scope: PostgresScope = .none, _ body: (PostgresConnection) throws -> Value
    ) throws -> Value {
        precondition(!isInTransaction, "transactions do not nest")
        isInTransaction = true
        opening = ["BEGIN"] + (scope.opening.map { [$0] } ?? [])
        defer {
            isInTransaction = false
            opening = []
            firstFailure = nil
        }
        let value: Value
        do {
            value = try body(self)
        } catch {
            rollback()
            throw error
        }
        try commit()
        return value
    }

    /// Called by the exchange once the server has answered a group.
    func noteAnswer(_ result: Result<[PostgresRows], PostgresError>) {
        guard isInTransaction else { return }
        switch PQtransactionStatus(handle) {
        case PQTRANS_INTRANS: opening = []
        case PQTRANS_INERROR:
            opening = []
            if case .failure(let error) = result, firstFailure == nil { firstFailure = error }
        default: break  // BEGIN was not reached, or the connection is gone
        }
    }

    private func commit() throws(PostgresError) {
        if let firstFailure {
            rollback()
            throw PostgresError(
                .transactionAborted,
                "rolled back, since a statement in it had failed: \(firstFailure.message)",
                sqlState: firstFailure.sqlState)
        }
        guard opening.isEmpty else { return }  // no statement was ever sent
        guard PQtransactionStatus(handle) == PQTRANS_INTRANS || !isUsable else {
            throw PostgresError(.transactionAborted, "the body ended the transaction by itself")
        }
        do {
            _ = try exchange([["COMMIT"]])[0].get()
        } catch  where error.code == .connection {
            throw PostgresError(
                .connection, "lost while committing, the outcome is unknown: \(error.message)",
                sqlState: "08007")
        }
    }

    private func rollback() {
        opening = []
        guard isUsable, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        // Where even this fails, `isIdle` tells the owner to throw the connection away.
        _ = exchange([["ROLLBACK"]])
    }

    /// Whether the next user would find a clean session.
    var isIdle: Bool { isUsable && PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// Whether the session still stood a moment ago, found without a round trip: a server that ended it has
    /// said so on the socket. What is sent to a session found dead here was provably never sent.
    func isAlive() -> Bool {
        var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        // A last word from the server comes first and the end of the stream after it, hence the loop.
        while isUsable, poll(&socket, 1, 0) > 0 {
            if PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK { isUsable = false }
        }
        return isUsable
    }

    /// Runs a script of many statements, as a migration is, by the simple protocol; it takes no parameters.
    func runScript(_ script: String) throws(PostgresError) {
        guard !script.utf8.contains(0) else {
            throw PostgresError(.invalidParameter, "the script contains U+0000")
        }
        // Only the extended protocol runs in a pipeline.
        PQexitPipelineMode(handle)
        defer { PQenterPipelineMode(handle) }
        guard let pointer = PQexec(handle, script) else { throw lost("connection lost") }
        let result = PostgresResult(pointer)
        if PQstatus(handle) != CONNECTION_OK { isUsable = false }
        if result.status == PGRES_FATAL_ERROR { throw result.error }
    }

    /// Marks the connection as gone and says so in libpq's words, on one line.
    func lost(_ what: String) -> PostgresError {
        isUsable = false
        let words = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "; ")
        return PostgresError(.connection, words.isEmpty ? what : "\(what): \(words)")
    }
}
