import Foundation
import Logging
import NIOCore

/// Runs jobs one after the other in one slot of a worker.
struct JobProcessor: Sendable {
    let slot: Int
    let fetcher: JobFetcher
    let settler: JobSettler
    let statistics: JobStatistics
    let logger: Logger

    private var now: Date { settler.store.clock.now() }
    private var registry: JobRegistry { settler.registry }

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

    enum Outcome { case succeeded, settled, interrupted }

    func perform(_ job: FetchedJob) async -> Outcome {
        let payload: JobPayload
        do {
            payload = try JobPayload(job.bytes)
        } catch {
            logger.error("a queue held no job", metadata: ["queue": "\(job.queue)", "error": "\(error)"])
            return await settle(job, .bury(job.bytes), errands: [])
        }
        let name = payload.className
        let entry = registry.entry(named: name)
        let began = ContinuousClock.now
        do {
            if payload.isExpired(at: now) { throw JobDirective.discard("it has expired") }
            guard let entry else { throw UnknownJob(name: name) }
            let context = JobContext(payload, name: name, parentLogger: logger)
            if registry.middleware.isEmpty {
                try await entry.run(payload.arguments, context)
            } else {
                try await perform(
                    entry, JobRun(payload: payload, queue: job.queue, context: context),
                    through: registry.middleware[...])
            }
            count(.succeeded, payload, entry, since: began)
            let errands = registry.errands(for: payload, end: .succeeded)
            return errands.isEmpty ? .succeeded : await settle(job, .succeed, errands: errands)
        } catch {
            // A job that was told to end has not failed.
            if Task.isCancelled { return .interrupted }
            let settlement = settlement(of: payload, entry: entry, error: error)
            count(settlement.outcome, payload, entry, since: began)
            return await settle(job, settlement, errands: registry.errands(for: payload, end: settlement.end))
        }
    }

    private func count(
        _ outcome: JobStatistics.Outcome?, _ payload: JobPayload, _ entry: JobRegistry.Entry?,
        since began: ContinuousClock.Instant
    ) {
        guard let outcome else { return }
        statistics.count(
            outcome, of: payload.displayName, isRegistered: entry != nil, took: ContinuousClock.now - began)
    }

    private func perform(
        _ entry: JobRegistry.Entry, _ run: JobRun, through middleware: ArraySlice<any JobMiddleware>
    ) async throws {
        guard let first = middleware.first else {
            return try await entry.run(run.payload.arguments, run.context)
        }
        try await first.perform(run) { try await perform(entry, $0, through: middleware.dropFirst()) }
    }

    private func settlement(
        of payload: JobPayload, entry: JobRegistry.Entry?, error: any Error
    ) -> JobStore.Settlement {
        if let directive = error as? JobDirective { return settlement(of: payload, directive) }
        let verdict = RetryPolicy.verdict(
            rule: payload.retryRule ?? .atMost(entry?.maxRetries ?? RetryRule.defaultTries),
            isOverdue: payload.isOverdue(at: now), retryCount: payload.retryCount,
            keepsDead: payload.restsWhenDead, random: Double.random(in: 0..<1)
        ) { entry?.retryIn($0, error) ?? .byFormula }
        let failure = JobFailure(error)
        log(
            "a job failed", payload,
            [
                "error": "\(failure.errorClass)", "message": "\(failure.message.prefix(200))",
                "arguments": "\(RedactedArguments.text(of: payload.arguments))", "verdict": "\(verdict)",
            ])
        switch verdict {
        case .retry(let count, let delay):
            return .retry(failure.recorded(in: payload, count: count, at: now), delay: delay)
        case .bury(let count): return .bury(failure.recorded(in: payload, count: count, at: now))
        case .discard: return .discard(failed: true)
        }
    }

    private func settlement(of payload: JobPayload, _ directive: JobDirective) -> JobStore.Settlement {
        switch directive {
        case .discard(let reason):
            log("a job was discarded", payload, ["reason": "\(reason)"])
            return .discard(failed: false)
        case .kill(let reason):
            log("a job was killed", payload, ["reason": "\(reason)"])
            let count = payload.retryCount.map { $0 + 1 } ?? 0
            return .bury(JobFailure(directive).recorded(in: payload, count: count, at: now))
        case .postpone(let delay):
            // Promotion writes it anew.
            return .postpone(payload.replacing([("enqueued_at", nil)]), delay: delay)
        }
    }

    private func log(_ message: Logger.Message, _ payload: JobPayload, _ metadata: Logger.Metadata) {
        logger.warning(
            message,
            metadata: metadata.merging(["job": "\(payload.displayName)", "jid": "\(payload.jid)"]) { own, _ in
                own
            })
    }

    private func settle(
        _ job: FetchedJob, _ settlement: JobStore.Settlement, errands: [JobErrand]
    ) async -> Outcome {
        await settler.settle(job, settlement, errands: errands) ? .settled : .interrupted
    }
}
