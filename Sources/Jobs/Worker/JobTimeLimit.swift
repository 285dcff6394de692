/// Ends runs that take too long.
enum JobTimeLimit {
    /// Cancels `body` when its time is up, and throws `JobTimedOut` once it has ended. A body that does not notice its
    /// cancellation goes on: no running code can be taken away.
    static func run(within limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws
    {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            let isDone = try await group.next() ?? true
            group.cancelAll()
            if isDone { return }
            // What it says to its cancellation is of no interest, unless it was done after all.
            if case .success(true)? = await group.nextResult() { return }
            throw JobTimedOut(limit: limit)
        }
    }
}

/// A run took longer than its job's `timeLimit`.
package struct JobTimedOut: Error, CustomStringConvertible {
    let limit: Duration
    package var description: String { "the job ran longer than \(limit.inSeconds) s and was cancelled" }
}
