import Logging
import Synchronization

/// A fixed number of connections, each with a thread of its own, behind one fair line of callers.
///
///     callers (thousands of tasks)  ──▶  line  ──▶  thread 1 ── connection 1 ──▶ server
///         await, no thread held                ──▶  thread 2 ── connection 2 ──▶
///
/// libpq's calls block, so they stay on these threads. When more callers wait than there are connections, a
/// thread takes several statements at once and sends them in one pipeline, each its own transaction; what one
/// of them costs in time, its neighbours wait for, at most `statementTimeout`.
///
/// A caller whose task is cancelled leaves the line at once. A statement already sent runs to its end, and the
/// caller gets its outcome: a write is never left in doubt, and the connection is never left half read.
package final class PostgresPool: Sendable {
    package let configuration: PostgresConfiguration
    private let line: PoolLine
    private let threads: RunningThreads

    package init(_ configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        let size = max(1, configuration.poolSize)
        line = PoolLine(configuration)
        threads = RunningThreads(size)
        let thread = PoolThread(
            line: line, reach: ServerReach(delay: configuration.reconnectDelay, logger: logger),
            configuration: configuration)
        for number in 1...size {
            PostgresThread.start("postgres-\(number)") { [threads] in
                thread.run()
                threads.ended()
            }
        }
    }

    deinit { line.close() }

    /// Runs one statement under `scope`, in one round trip, as a transaction of its own.
    @discardableResult
    package func query(
        _ sql: SQL, in scope: PostgresScope = .none, file: String = #fileID, line: Int = #line
    ) async throws(PostgresError) -> PostgresRows {
        try await query([sql], in: scope, file: file, line: line)[0]
    }

    /// Runs several statements under `scope` in one round trip, all or none of them.
    @discardableResult
    package func query(
        _ statements: [SQL], in scope: PostgresScope = .none, file: String = #fileID, line: Int = #line
    ) async throws(PostgresError) -> [PostgresRows] {
        let group = (scope.opening.map { [$0] } ?? []) + statements
        let result = await wait { answer in .statements(group, answer: answer) }
        switch result {
        case .success(let rows): return Array(rows.suffix(statements.count))
        case .failure(let error): throw error.at(file, line)
        }
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// The body runs on the connection's own thread, where `query` blocks, which is what that thread is for;
    /// it must not wait for anything else, since the connection and its locks wait with it.
    /// Throws the body's error, or a `PostgresError`; `08007` means that the outcome of the commit is unknown.
    @discardableResult
    package func transaction<Value: Sendable>(
        in scope: PostgresScope = .none, file: String = #fileID, line: Int = #line,
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error> = await wait { answer in
            .session { offer in
                switch offer {
                case .refused(let error): answer(.failure(error.at(file, line)))
                case .granted(let connection):
                    answer(Result { try connection.transaction(in: scope, body) })
                }
            }
        }
        return try result.get()
    }

    /// Callers in line at this moment, for metrics.
    package var waitingCallers: Int { line.count }

    /// Refuses all who wait, lets the work in hand end, and closes the connections.
    package func shutdown() async {
        line.close()
        await threads.wait()
    }

    /// Stands in line with the work that `make` builds around the answer, and waits for it.
    private func wait<Answer: Sendable>(
        _ make: (@escaping @Sendable (Answer) -> Void) -> PoolWork
    ) async -> Answer {
        let ticket = line.draw()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                line.join(ticket, make { continuation.resume(returning: $0) })
                // Cancelled before it joined: the handler below has come too early to find the ticket.
                if Task.isCancelled { line.leave(ticket) }
            }
        } onCancel: { [line] in
            line.leave(ticket)
        }
    }
}

/// Counts the threads that still run, and wakes who waits for the last.
private final class RunningThreads: Sendable {
    private struct State {
        var running: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(running: count)) }

    func ended() {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.running > 0 { state.waiters.append(continuation) }
                return state.running == 0
            }
            if isOver { continuation.resume() }
        }
    }
}
