import Redis
import Synchronization

/// A call that waits in Redis, and can be ended from outside. It has a connection of its own: a blocked one answers
/// nothing else.
final class BlockingCall: Sendable {
    private struct State {
        var client: Int?
        var isEnded = false
    }

    private let connection: RedisClient
    /// Tells Redis whom to let go.
    private let other: RedisClient
    private let state = Mutex(State())

    init(connection: RedisClient, other: RedisClient) {
        self.connection = connection
        self.other = other
    }

    /// Seconds that a call may wait. Long enough to be cheap; the connection's time-out is longer, so that a dead
    /// one is noticed.
    static let longestWait = 15

    /// One at a time. `take` gets the reply where it comes in, on the connection's loop: what it wakes there need not wait
    /// for this task to be woken first.
    func send<Taken: Sendable>(
        _ command: RedisCommand, _ take: @escaping @Sendable (RESPValue) -> Taken
    ) async throws -> Taken {
        defer { state.withLock { $0.client = nil } }
        return try await withCheckedThrowingContinuation { continuation in
            // Both go out in one write; the answer to the first says whom to unblock at the end.
            connection.submit(["CLIENT", "ID"]) { reply in
                guard case .success(.integer(let client)) = reply else { return }
                let isEnded = self.state.withLock {
                    $0.client = client
                    return $0.isEnded
                }
                if isEnded { self.unblock(client) }
            }
            connection.submit(command) { reply in continuation.resume(with: reply.map(take)) }
        }
    }

    /// Ends the call that is under way, and the connection: further calls throw `.closed`.
    func end() async {
        let client = state.withLock {
            $0.isEnded = true
            return $0.client
        }
        if let client { unblock(client) }
        await connection.shutdown()
    }

    private func unblock(_ client: Int) {
        // Whether it was still blocked does not matter.
        other.submit(["CLIENT", "UNBLOCK", .integer(client)]) { _ in }
    }
}
