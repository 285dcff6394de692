/// What an answer is worth that may come too late.
enum FirstOf {
    /// What `body` gives, or `late` when that takes longer than `limit`. The body then goes on unheard, so it has to come
    /// to an end by itself; a task group would wait for it.
    static func value<Value: Sendable>(
        _ body: @escaping @Sendable () async -> Value, orAfter limit: Duration, _ late: Value
    ) async -> Value {
        let (answers, continuation) = AsyncStream.makeStream(of: Value.self)
        let asking = Task { continuation.yield(await body()) }
        let waiting = Task {
            // Cancelled means that the answer has come, and this is not read.
            try? await Task.sleep(for: limit)
            continuation.yield(late)
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        for await answer in answers { return answer }
        return late
    }
}
