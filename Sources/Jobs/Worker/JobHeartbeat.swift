import Foundation
import Logging
import NIOCore
import Redis

/// Says that the process lives and what it runs, hears what it is asked to do, and compares notes: a job in the
/// process's list that it knows nothing of came with an answer that was lost on its way.
///
/// The record is what Sidekiq's Web page and API read, from 6.4 to 8.1. Whatever else is told from time to time is told
/// with the beat: the history of runs, the depth of the queues, and which jobs are slow.
struct JobHeartbeat: Sendable {
    let store: JobStore
    let fetcher: JobFetcher
    let record: ProcessRecord
    let statistics: JobStatistics
    let configuration: JobWorkerConfiguration
    let quiet: Latch
    let stop: Latch
    let logRunning: @Sendable () -> Void
    let logger: Logger

    /// Returns once Redis knows the process: before that its jobs could not be recovered. Tries until then,
    /// or until the worker is stopped.
    func join() async {
        var backoff = JobBackoff()
        while !stop.isOpen, !Task.isCancelled {
            do {
                _ = try await store.beat(
                    lease: configuration.lease,
                    process: record.fields(busy: 0, isQuiet: false, roundTrip: .zero),
                    work: [])
                return
            } catch {
                logger.error("the worker cannot join", metadata: ["error": "\(error)"])
                await backoff.pause()
            }
        }
    }

    /// Until the task is cancelled.
    func run() async {
        let clock = ContinuousClock()
        var roundTrip = Duration.zero
        var strays = JobNames()
        var slow = SlowJobs()
        let gauges = QueueGauges(queues: configuration.queues, fair: configuration.fairQueues)
        var measured: ContinuousClock.Instant?
        while !Task.isCancelled {
            do {
                let start = clock.now
                let listed = try await beat(roundTrip)
                roundTrip = clock.now - start
                strays = try await reconcile(listed, suspected: strays)
                fetcher.nudge()
                slow.look(at: fetcher.running, now: Date(), logger)
                await statistics.flush(to: store.redis)
                if measured.map({ clock.now - $0 > Self.gaugesEvery }) ?? true {
                    try await gauges.measure(store.redis, busy: fetcher.running.count)
                    measured = clock.now
                }
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: configuration.heartbeat)
            } catch {
                logger.warning("heartbeat failed", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: min(configuration.heartbeat, .seconds(1)))
            }
        }
    }

    /// Nobody reads them more often.
    private static let gaugesEvery: Duration = .seconds(14)

    private func beat(_ roundTrip: Duration) async throws(RedisError) -> JobNames {
        let running = fetcher.running
        let (signal, listed) = try await store.beat(
            lease: configuration.lease,
            process: record.fields(busy: running.count, isQuiet: quiet.isOpen, roundTrip: roundTrip),
            work: running.flatMap { record.work(slot: $0.slot, job: $0.job, since: $0.since) })
        switch signal {
        case "TSTP": quiet.open()
        case "TERM": stop.open()
        case "TTIN": logRunning()
        default: break
        }
        return listed
    }

    /// Hands back what was a stray now and one heartbeat ago: once may be a job that is just arriving.
    private func reconcile(
        _ listed: JobNames, suspected: JobNames
    ) async throws(RedisError) -> JobNames {
        let strays = fetcher.strays(in: listed)
        for token in Set(suspected.tokens).intersection(strays.tokens) {
            guard let bytes = try await store.job(token) else { continue }
            try await handBackStray(bytes, token: token)
        }
        var earlier = suspected.arrived
        for stray in strays.arrived {
            guard let index = earlier.firstIndex(of: stray) else { continue }
            earlier.remove(at: index)
            try await handBackStray(stray, token: nil)
        }
        return strays
    }

    private func handBackStray(_ bytes: ByteBuffer, token: Int?) async throws(RedisError) {
        logger.warning("a job came with a lost answer and goes back to its queue")
        // Bytes that are no job are buried by whoever fetches them next.
        let queue = (try? JobPayload(bytes))?.queue ?? configuration.queues[0]
        try await store.handBack([FetchedJob(queue: queue, bytes: bytes, token: token)])
    }
}
