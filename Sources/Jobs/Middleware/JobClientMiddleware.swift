import Redis

/// Code around every push of jobs: given to `JobClient`, the first one outermost.
package protocol JobClientMiddleware: Sendable {
    /// Passes `jobs` on to `next`, all or some, as they are or with more fields. Returns the jobs that were pushed,
    /// which is what `next` returns.
    func push(
        _ jobs: [JobEnvelope], next: ([JobEnvelope]) async throws(RedisError) -> [JobEnvelope]
    ) async throws(RedisError) -> [JobEnvelope]
}
