import Logging
import Postgres
import ServiceLifecycle

/// Makes the monthly partitions of messages three months ahead, looking every hour.
package struct MessagePartitions: Service {
    private let postgres: PostgresPool
    private let logger: Logger

    package init(postgres: PostgresPool, logger: Logger) {
        self.postgres = postgres
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await postgres.query("SELECT ensure_message_partitions(now(), 3)")
                } catch {
                    // There are months to mend it in; the next look comes in an hour.
                    logger.warning("partitions could not be made", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: .seconds(3600)) } catch { return }
            }
        }
    }
}
