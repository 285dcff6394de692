import Logging

/// The life of one of the pool's threads: takes work from the line and does it on the connection it owns.
struct PoolThread: Sendable {
    let line: PoolLine
    let reach: ServerReach
    let configuration: PostgresConfiguration

    /// Returns once the line has closed. The connection lives in this frame, so it never leaves the thread.
    func run() {
        var connection: PostgresConnection?
        while let batch = line.take() {
            do {
                let current = try living(connection)
                connection = current
                perform(batch, on: current)
                // Whoever left a transaction open does not hand it to the next.
                if !current.isIdle { connection = nil }
            } catch {
                connection = nil
                for work in batch { work.refuse(error) }
            }
        }
    }

    /// The connection if it still stands, else a new one. Nothing has been sent yet, so going on with the work
    /// on a new connection cannot run it twice: this is the only retry after a lost connection.
    private func living(_ connection: PostgresConnection?) throws(PostgresError) -> PostgresConnection {
        if let connection, connection.isAlive() { return connection }
        if let refusal = reach.refusal() { throw refusal }
        do {
            let new = try PostgresConnection(configuration)
            reach.succeeded()
            return new
        } catch {
            reach.failed(error)
            throw error
        }
    }

    private func perform(_ batch: [PoolWork], on connection: PostgresConnection) {
        if case .session(let body) = batch[0] { return body(.granted(connection)) }
        var groups: [[SQL]] = []
        var answers: [@Sendable (Result<[PostgresRows], PostgresError>) -> Void] = []
        for case .statements(let group, let answer) in batch {
            groups.append(group)
            answers.append(answer)
        }
        for (answer, result) in zip(answers, connection.run(groups)) { answer(result) }
    }
}
