import CLibPQ
import Foundation

// One turn of the pipeline: write all groups, then read all answers in the order of the writing.
//
//     group 1: [Parse] Bind Execute  [Parse] Bind Execute … Sync      group 2: … Sync
//     answers: [ok]    rows          [ok]    rows         … sync               … sync
//
// After an error the server skips to the next Sync, and libpq reports what it skipped as "aborted".
extension PostgresConnection {
    /// What the server owes for one command.
    private enum Expected {
        case prepared(StatementCache.Key, name: String)
        case rows(StatementCache.Key, name: String)
        case nothing
    }

    /// One result per group: the rows of each of its statements, or the first error. Never throws: once the
    /// connection is lost, that is the result of every group not yet answered.
    func exchange(_ groups: [[SQL]]) -> [Result<[PostgresRows], PostgresError>] {
        var results: [Result<[PostgresRows], PostgresError>?] = groups.map {
            Self.problem(in: $0).map { .failure($0) }
        }
        var owed: [(group: Int?, commands: [Expected])] = []
        do throws(PostgresError) {
            guard isUsable else { throw PostgresError(.connection, "the connection was lost before") }
            if PQtransactionStatus(handle) == PQTRANS_IDLE { try sendDeallocations(&owed) }
            for index in groups.indices where results[index] == nil {
                var commands: [Expected] = []
                for sql in groups[index] { try send(sql, &commands) }
                guard PQpipelineSync(handle) == 1 else { throw lost("connection lost") }
                owed.append((index, commands))
            }
            for (index, commands) in owed {
                let result = try receive(commands)
                noteAnswer(result)
                if let index { results[index] = result }
            }
        } catch {
            isUsable = false
            return results.map { $0 ?? .failure(error) }
        }
        return results.map { $0! }
    }

    /// Why a group cannot be sent at all.
    private static func problem(in group: [SQL]) -> PostgresError? {
        for (index, bind) in group.flatMap(\.binds).enumerated() {
            if let problem = bind.problem {
                return PostgresError(.invalidParameter, "parameter \(index + 1): \(problem)")
            }
        }
        return nil
    }

    private func sendDeallocations(
        _ owed: inout [(group: Int?, commands: [Expected])]
    ) throws(PostgresError) {
        for name in statements.takeRetired() {
            guard PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0) == 1,
                PQpipelineSync(handle) == 1
            else { throw lost("connection lost") }
            owed.append((nil, [.nothing]))
        }
    }

    private func send(_ sql: SQL, _ commands: inout [Expected]) throws(PostgresError) {
        let types = sql.binds.map(\.type)
        let key = StatementCache.Key(text: sql.text, types: types)
        let (name, isNew) = statements.name(for: key)
        if isNew {
            guard PQsendPrepare(handle, name, key.text, Int32(types.count), types.map(\.rawValue)) == 1 else {
                throw lost("connection lost")
            }
            commands.append(.prepared(key, name: name))
        }
        // All values in one block, each ended by a zero, and a pointer to each.
        var block: [UInt8] = []
        block.reserveCapacity(sql.binds.reduce(0) { $0 + ($1.text?.count ?? 0) + 1 })
        let offsets = sql.binds.map { bind -> Int? in
            guard let text = bind.text else { return nil }
            let offset = block.count
            block.append(contentsOf: text)
            block.append(0)
            return offset
        }
        let wasSent = block.withUnsafeBytes { bytes in
            let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
            let values = offsets.map { offset in offset.map { start! + $0 } }
            return PQsendQueryPrepared(handle, name, Int32(values.count), values, nil, nil, 0) == 1
        }
        guard wasSent else { throw lost("connection lost") }
        commands.append(.rows(key, name: name))
    }

    /// Reads the answers to one group up to its Sync.
    private func receive(
        _ commands: [Expected]
    ) throws(PostgresError) -> Result<[PostgresRows], PostgresError> {
        var rows: [PostgresRows] = []
        var failure: PostgresError?
        for command in commands {
            while let result = try nextResult() {
                switch result.status {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                    if case .rows = command { rows.append(PostgresRows(result)) }
                case PGRES_FATAL_ERROR:
                    let error = result.error
                    guard error.code != .connection else { throw error }
                    failure = failure ?? error
                    forget(command, after: error)
                case PGRES_PIPELINE_ABORTED:
                    forget(command, after: nil)
                default:
                    throw PostgresError(.connection, "COPY is not supported here; the connection is given up")
                }
            }
        }
        guard let sync = try nextResult(), sync.status == PGRES_PIPELINE_SYNC else {
            throw lost("the answers are out of step")
        }
        return failure.map { .failure($0) } ?? .success(rows)
    }

    private func forget(_ command: Expected, after error: PostgresError?) {
        switch command {
        case .prepared(let key, let name): statements.forget(key, name: name, isHeldByServer: false)
        case .rows(let key, let name) where error?.code == .stalePlan:
            statements.forget(key, name: name, isHeldByServer: error?.sqlState != "26000")
        case .rows, .nothing: break
        }
    }

    /// The next result, or `nil` at the end of a command's results. Gives the connection up when the server
    /// says nothing well past the time at which it should have ended the statement itself.
    private func nextResult() throws(PostgresError) -> PostgresResult? {
        while PQisBusy(handle) == 1 {
            var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let patience =
                configuration.statementTimeout.map { Int32(clamping: $0.milliseconds + 5_000) } ?? -1
            let ready = poll(&socket, 1, patience)
            if ready == 0 { throw lost("no answer in \(patience) ms") }
            if ready < 0 {
                guard errno == EINTR else { throw lost("poll failed") }
                continue
            }
            guard PQconsumeInput(handle) == 1 else { throw lost("connection lost") }
        }
        guard let pointer = PQgetResult(handle) else {
            // The end of a command's results looks the same as the end of the connection.
            guard PQstatus(handle) == CONNECTION_OK else { throw lost("connection lost") }
            return nil
        }
        return PostgresResult(pointer)
    }
}
