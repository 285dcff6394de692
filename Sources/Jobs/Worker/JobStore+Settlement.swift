import NIOCore
import Redis

extension JobStore {
    /// Where a job goes that does not simply succeed, or that has errands.
    enum Settlement: Sendable {
        case succeed
        case retry(ByteBuffer, delay: Duration)
        case bury(ByteBuffer)
        /// To be dropped, as a failure or by its own wish.
        case discard(failed: Bool)
        case postpone(ByteBuffer, delay: Duration)

        var end: JobEnd {
            switch self {
            case .succeed: .succeeded
            case .retry: .retried
            case .bury: .died
            case .discard: .discarded
            case .postpone: .postponed
            }
        }

        /// How it counts, if it does.
        var outcome: JobStatistics.Outcome? {
            switch self {
            case .succeed, .discard(failed: false): .succeeded
            case .retry: .retried
            case .bury, .discard(failed: true): .failed
            case .postpone: nil
            }
        }

        /// What the script counts it as.
        fileprivate var weight: Int {
            switch self {
            case .postpone: 0
            case .succeed, .discard(failed: false): 1
            case .retry, .bury, .discard(failed: true): 2
            }
        }
    }

    enum Settled: Sendable, Equatable {
        case done(errandErrors: [String])
        /// The job is no longer in hand: this process was silent for so long that another runs it.
        case lost
    }

    func settle(
        _ job: FetchedJob, _ settlement: Settlement, errands: [JobErrand] = []
    ) async throws(RedisError) -> Settled {
        let (set, kept, delay, most): (String, ByteBuffer, Duration, Int) =
            switch settlement {
            case .retry(let kept, let delay): (JobKeys.retry, kept, delay, 0)
            case .postpone(let kept, let delay): (JobKeys.schedule, kept, delay, 0)
            case .bury(let kept): (JobKeys.dead, kept, .zero, deadJobs)
            case .succeed, .discard: (JobKeys.dead, ByteBuffer(), .zero, 0)
            }
        let reply = try await redis.evaluate(
            scripts.settle,
            keys: [inProgress, arrived, set] + counters(JobKeys.processed) + counters(JobKeys.failed),
            arguments: Self.name(of: job) + [
                .bytes(kept), "\(delay.inSeconds)", .integer(most),
                "\(deadFor.inSeconds)", .integer(settlement.weight),
            ] + errands.flatMap(\.arguments))
        let words = (reply.array ?? []).compactMap(\.text)
        switch settlement {
        case .retry, .postpone: if delay < JobScheduler.soon { dueSoon.ring() }
        case .succeed, .bury, .discard: break
        }
        return words.first == "moved" ? .done(errandErrors: Array(words.dropFirst())) : .lost
    }
}
