import CLibPQ

/// Where the database is and how patiently to use it.
package struct PostgresConfiguration: Sendable {
    /// A libpq URL or keyword string. What it says itself (sslmode, keepalives, application_name …) wins over
    /// the defaults below; it may hold a password, so it is never logged.
    package let url: String
    /// Connections, each with a thread of its own, opened as they are first needed.
    package var poolSize = 4
    /// How many callers may wait for a connection, and how long, before they get `.poolExhausted`.
    package var maxWaiting = 10_000
    package var waitLimit: Duration = .seconds(5)
    /// Statements that one connection may be sent ahead of its answers while callers wait in line; 1 turns it off.
    package var pipelineDepth = 16
    /// Counted by libpq in whole seconds, two at least.
    package var connectTimeout: Duration = .seconds(5)
    /// The server ends a statement after this; `nil` for none.
    package var statementTimeout: Duration? = .seconds(30)
    /// Seen in pg_stat_activity.
    package var applicationName = "switchboard"
    /// Prepared statements kept per connection.
    package var statementCacheLimit = 256
    /// The first and the longest pause between attempts to reach a server that is away.
    package var reconnectDelay: ClosedRange<Duration> = .milliseconds(100)...(.seconds(5))

    package init(url: String) throws(PostgresError) {
        guard !url.isEmpty else { throw PostgresError(.configuration, "the database URL is empty") }
        var problem: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(url, &problem)
        PQfreemem(problem)
        guard let options else {
            // libpq's own message quotes the URL, and with it perhaps the password.
            throw PostgresError(
                .configuration, "the database URL is neither postgresql://… nor key=value pairs")
        }
        PQconninfoFree(options)
        self.url = url
    }

    /// What libpq gets, in the order in which later entries win.
    var parameters: [(keyword: String, value: String)] {
        [
            ("connect_timeout", String(max(2, connectTimeout.components.seconds))),
            ("application_name", applicationName),
            // A peer that vanished without a word is found in 30 + 3 × 5 seconds.
            ("keepalives_idle", "30"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("dbname", url),
            ("client_encoding", "UTF8"),
        ]
    }

    /// What the text formats of this room rely on, set once per session.
    var session: SQL {
        let timeout = statementTimeout.map { String($0.milliseconds) } ?? "0"
        return """
            SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
                set_config('bytea_output', 'hex', false), set_config('extra_float_digits', '1', false),
                set_config('statement_timeout', \(timeout), false)
            """
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
