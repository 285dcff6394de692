import Logging
import Redis

/// Gives the jobs of dead processes back to their queues.
///
/// A process is dead when its lease has ended and it has not beaten from one look to the next: after an outage
/// of Redis all leases have ended, and everybody deserves the time to say that they live.
struct JobRecovery: Sendable {
    let store: JobStore
    let settler: JobSettler
    let interval: Duration
    let logger: Logger

    private static let batch = 100

    /// Until the task is cancelled.
    func run() async {
        var suspects: [String: String] = [:]
        while !Task.isCancelled {
            do {
                let lapsed = try await store.lapsedProcesses().filter { $0.key != store.identity }
                for (process, lease) in lapsed where suspects[process] == lease { try await recover(process) }
                suspects = lapsed
            } catch {
                logger.warning("dead processes could not be looked for", metadata: ["error": "\(error)"])
                suspects = [:]
            }
            // `try?`: cancelled, the loop ends.
            try? await Task.sleep(for: interval)
        }
    }

    private func recover(_ process: String) async throws(RedisError) {
        var total = JobStore.Recovery()
        repeat {
            guard let step = try await store.recover(process, limit: Self.batch) else { return }
            total.recovered += step.recovered
            total.poison += step.poison
            total.left = step.left
            for job in step.poison { await settler.buryPoison(job) }
        } while total.left > 0 && !Task.isCancelled
        guard total.recovered > 0 else { return }
        logger.warning(
            "jobs of a dead process were recovered",
            metadata: [
                "process": "\(process)", "jobs": "\(total.recovered)", "dead": "\(total.poison.count)",
            ])
    }
}
