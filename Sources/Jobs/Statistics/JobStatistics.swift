import Foundation
import Logging
import Metrics
import Redis
import Synchronization

/// Counts the runs of this process by class: at once for Prometheus, with each heartbeat for Sidekiq's history.
final class JobStatistics: Sendable {
    /// How a run ended.
    enum Outcome: Sendable {
        case succeeded
        /// And will be tried again.
        case retried
        /// For good.
        case failed
    }

    private struct Series: Sendable {
        let processed, failed, retried: Counter
        let duration: Metrics.Timer

        init(_ name: String) {
            let dimensions = [("job", name)]
            processed = Counter(label: "jobs.processed", dimensions: dimensions)
            failed = Counter(label: "jobs.failed", dimensions: dimensions)
            retried = Counter(label: "jobs.retried", dimensions: dimensions)
            duration = Metrics.Timer(label: "jobs.run", dimensions: dimensions)
        }
    }

    private struct Guarded {
        var tallies: [String: JobTally] = [:]
        var series: [String: Series] = [:]
    }

    private let guarded = Mutex(Guarded())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// - Parameters:
    ///   - name: the class; of a job that another framework has wrapped, the class within.
    ///   - isRegistered: false counts it as `unregistered` in Prometheus: anybody can write any class into a queue,
    ///     and every name is a series for ever.
    func count(_ outcome: Outcome, of name: String, isRegistered: Bool, took duration: Duration) {
        let series = guarded.withLock { guarded in
            switch outcome {
            case .succeeded: guarded.tallies[name, default: JobTally()].succeeded(in: duration)
            case .retried, .failed: guarded.tallies[name, default: JobTally()].hasFailed()
            }
            let label = isRegistered ? name : "unregistered"
            if let known = guarded.series[label] { return known }
            let made = Series(label)
            guarded.series[label] = made
            return made
        }
        series.processed.increment()
        series.duration.record(duration: duration)
        switch outcome {
        case .succeeded: break
        case .retried:
            series.failed.increment()
            series.retried.increment()
        case .failed: series.failed.increment()
        }
    }

    /// Adds what was counted since the last time to the history in Redis. What could not be written is written with
    /// the next heartbeat; after an answer that was lost it counts twice, which a chart survives.
    func flush(to redis: RedisClient) async {
        let tallies = guarded.withLock { guarded in
            defer { guarded.tallies = [:] }
            return guarded.tallies
        }
        guard !tallies.isEmpty else { return }
        do {
            _ = try await redis.pipeline(JobHistory(at: Date()).commands(adding: tallies))
        } catch {
            logger.debug("the history of jobs was not written", metadata: ["error": "\(error)"])
            guarded.withLock { guarded in
                for (name, tally) in tallies { guarded.tallies[name, default: JobTally()].add(tally) }
            }
        }
    }
}
