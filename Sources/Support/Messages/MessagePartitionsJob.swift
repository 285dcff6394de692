import Jobs
import Postgres

/// Makes the monthly partitions of messages three months ahead. Cron asks for it every hour.
///
/// There are months to mend a failure in, so it is tried once more and then left to the next hour.
package struct MessagePartitionsJob: Job {
    package static let name = "MessagePartitionsJob"
    package static let maxRetries = 1

    package init() {}

    package func perform(_ postgres: PostgresPool, _ context: JobContext) async throws {
        try await postgres.query("SELECT ensure_message_partitions(now(), 3)")
    }
}
