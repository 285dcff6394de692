import Logging
import Redis

/// Ends jobs in Redis, with the errands of all middleware.
struct JobSettler: Sendable {
    let store: JobStore
    let registry: JobRegistry
    let logger: Logger

    /// Tries until Redis has it: the job is in hand all the while. False when the task was cancelled before.
    func settle(
        _ job: FetchedJob, _ settlement: JobStore.Settlement, errands: [JobErrand] = []
    ) async -> Bool {
        var backoff = JobBackoff()
        while true {
            do {
                switch try await store.settle(job, settlement, errands: errands) {
                case .done(let errors):
                    for error in errors { logger.error("an errand failed", metadata: ["error": "\(error)"]) }
                case .lost: logger.warning("a job that ended belongs to another process by now")
                }
                return true
            } catch {
                logger.warning("a job could not be settled", metadata: ["error": "\(error)"])
                if Task.isCancelled { return false }
                await backoff.pause()
            }
        }
    }

    /// Buries a job that took its processes down with it.
    func buryPoison(_ job: FetchedJob) async {
        // Bytes that are no job go to the dead set as they are.
        guard let payload = try? JobPayload(job.bytes) else {
            _ = await settle(job, .bury(job.bytes))
            return
        }
        let failure = JobFailure(
            errorClass: "Jobs.Orphaned",
            message: "The process that ran this job died \(JobStore.fatalRecovery) times")
        _ = await settle(
            job,
            .bury(
                failure.recorded(
                    in: payload, count: payload.retryCount.map { $0 + 1 } ?? 0, at: store.clock.now())),
            errands: registry.errands(for: payload, end: .died))
    }
}
