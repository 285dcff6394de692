import Foundation
import Logging
import NIOCore

/// Runs jobs one after the other in one slot of a worker.
struct JobProcessor: Sendable {
    let slot: Int
    let fetcher: JobFetcher
    let store: JobStore
    let registry: JobRegistry
    let statistics: JobStatistics
    let logger: Logger

    /// Returns when the fetcher gives no more jobs, or when the task is cancelled; the job that was running
    /// then stays in hand.
    func run() async {
        while let job = await fetcher.next(slot: slot) {
            switch await perform(job) {
            case .succeeded: fetcher.finished(slot: slot, acknowledge: true)
            case .settled: fetcher.finished(slot: slot, acknowledge: false)
            case .interrupted: return
            }
        }
    }

    private enum Outcome { case succeeded, settled, interrupted }

    private func perform(_ job: FetchedJob) async -> Outcome {
        let payload: JobPayload
        do {
            payload = try JobPayload(job.bytes)
        } catch {
            logger.error("a queue held no job", metadata: ["queue": "\(job.queue)", "error": "\(error)"])
            return await settle(job, .bury(job.bytes))
        }
        let name = payload.className
        let entry = registry.entry(named: name)
        let began = ContinuousClock.now
        do {
            guard let entry else { throw UnknownJob(name: name) }
            try await entry.run(payload.arguments, context(of: payload, name: name))
            count(.succeeded, payload, entry, since: began)
            return .succeeded
        } catch {
            // A job that was told to end has not failed.
            if Task.isCancelled { return .interrupted }
            let settlement = settlement(of: payload, entry: entry, error: error)
            count(settlement.outcome, payload, entry, since: began)
            return await settle(job, settlement)
        }
    }

    private func count(
        _ outcome: JobStatistics.Outcome, _ payload: JobPayload, _ entry: JobRegistry.Entry?,
        since began: ContinuousClock.Instant
    ) {
        statistics.count(
            outcome, of: payload.displayName, isRegistered: entry != nil, took: ContinuousClock.now - began)
    }

    private func context(of payload: JobPayload, name: String) -> JobContext {
        JobContext(
            jid: payload.jid, attempt: payload.retryCount.map { $0 + 1 } ?? 0,
            enqueuedAt: payload.enqueuedAt, name: name, parentLogger: logger)
    }

    private func settlement(
        of payload: JobPayload, entry: JobRegistry.Entry?, error: any Error
    ) -> JobStore.Settlement {
        let verdict = RetryPolicy.verdict(
            rule: payload.retryRule ?? .atMost(entry?.maxRetries ?? RetryRule.defaultTries),
            retryCount: payload.retryCount, keepsDead: payload.restsWhenDead,
            random: Double.random(in: 0..<1))
        let failure = JobFailure(error)
        logger.warning(
            "a job failed",
            metadata: [
                "job": "\(payload.displayName)", "jid": "\(payload.jid)", "error": "\(failure.errorClass)",
                "message": "\(failure.message.prefix(200))",
                "arguments": "\(RedactedArguments.text(of: payload.arguments))", "verdict": "\(verdict)",
            ])
        switch verdict {
        case .retry(let count, let delay):
            return .retry(failure.recorded(in: payload, count: count, at: Date()), delay: delay)
        case .bury(let count): return .bury(failure.recorded(in: payload, count: count, at: Date()))
        case .discard: return .discard
        }
    }

    /// Tries until Redis has it: the failed job lies in the in-progress list all the while.
    private func settle(_ job: FetchedJob, _ settlement: JobStore.Settlement) async -> Outcome {
        var backoff = JobBackoff()
        while true {
            do {
                if try await !store.settle(job, settlement) {
                    logger.warning("a failed job belongs to another process by now")
                }
                return .settled
            } catch {
                logger.warning("a failed job could not be settled", metadata: ["error": "\(error)"])
                if Task.isCancelled { return .interrupted }
                await backoff.pause()
            }
        }
    }
}
