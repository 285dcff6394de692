import Postgres
import Redis

/// An error of a part that may be away for a while.
package protocol TransientError: Error {
    /// Whether the same call may succeed a little later.
    var isTransient: Bool { get }
}

extension RedisError: TransientError {}
extension PostgresError: TransientError {}
