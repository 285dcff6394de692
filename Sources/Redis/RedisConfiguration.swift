/// Where Redis is, who we are there, and how long and how much we are ready to wait.
package struct RedisConfiguration: Sendable {
    package enum Endpoint: Sendable, Hashable, CustomStringConvertible {
        case tcp(host: String, port: Int)
        case unix(path: String)

        package var description: String {
            switch self {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }

    package var endpoint: Endpoint
    /// Nodes of a Redis Cluster that can tell of all others, `endpoint` first; none means a single Redis.
    package var seeds: [Endpoint] = []
    /// ACL user; nil is Redis's `default` user.
    package var user: String?
    package var password: String?
    /// Logical database, selected on connect.
    package var database = 0
    /// Nil is plain text.
    package var tls: TLS?
    /// Shown by `CLIENT LIST`. No spaces or control characters.
    package var clientName = "switchboard"

    /// For the socket, TLS and the log-in together.
    package var connectTimeout: Duration = .seconds(5)
    /// For each command, from the call to its reply. Nil is for a client of
    /// its own that issues blocking commands (`BLMOVE`, `XREAD BLOCK`): it waits as long as Redis does.
    package var commandTimeout: Duration? = .seconds(5)
    /// How long after a connection was lost commands still wait for the next one. Later ones fail at once, for many
    /// callers that each wait the whole time-out help nobody. Does not hold before the first connection, and not for a
    /// client without a command time-out.
    package var reconnectPatience: Duration = .seconds(1)
    /// Commands that may await a reply at once; more fail at once with `.overloaded`.
    package var maxPendingCommands = 16_384
    /// The same bound in bytes.
    package var maxPendingBytes = 64 << 20
    /// Bytes and elements a reply may have; a server that sends more is disconnected.
    package var maxReplyBytes = 64 << 20
    package var maxReplyElements = 1 << 20
    /// A subscriber that has heard nothing for this long sends a PING.
    package var idlePingInterval: Duration = .seconds(10)

    package struct TLS: Sendable, Equatable {
        package enum Verification: String, Sendable {
            /// Certificate chain and name.
            case full
            /// Certificate chain only.
            case chain
            case none
        }
        package var verification = Verification.full
        /// PEM files; nil trusts the system's authorities.
        package var authorityFile: String?
        /// PEM files for servers that ask clients for a certificate (Redis's default with TLS).
        package var certificateFile: String?
        package var keyFile: String?

        package init() {}
    }

    package init(endpoint: Endpoint) {
        self.endpoint = endpoint
    }
}

extension RedisConfiguration {
    package var isCluster: Bool { !seeds.isEmpty }

    /// One node of the cluster, as a Redis of its own.
    func node(at endpoint: Endpoint) -> RedisConfiguration {
        var copy = self
        copy.endpoint = endpoint
        copy.seeds = []
        return copy
    }

    /// The same server for blocking commands: no command time-out.
    package var blocking: RedisConfiguration {
        var copy = self
        copy.commandTimeout = nil
        return copy
    }
}
