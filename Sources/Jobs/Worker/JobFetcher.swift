import Foundation
import Logging
import NIOCore
import Redis
import Synchronization

/// Gives each slot of a worker its next job, and acknowledges what is done, in as few calls as possible.
///
/// Acknowledgements ride on the next fetch. When there is nothing to fetch they go alone, at once:
/// a slot that finishes always becomes the next to fetch.
final class JobFetcher: Sendable {
    private struct Guarded {
        var state: FetchState
        var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Woken between the decision to sleep and falling asleep.
        var woken: Set<Int> = []
        /// When each slot's job began.
        var begun: [Int: Date] = [:]
    }

    private let guarded: Mutex<Guarded>
    private let store: JobStore
    private let logger: Logger

    init(slots: Int, store: JobStore, logger: Logger) {
        guarded = Mutex(Guarded(state: FetchState(slots: slots)))
        self.store = store
        self.logger = logger
    }

    /// The slot's next job; nil when the worker takes no more. Sleeps while the queues are empty.
    func next(slot: Int) async -> FetchedJob? {
        while true {
            let (step, wake) = guarded.withLock {
                let next = $0.state.next(slot: slot)
                if case .run = next.step { $0.begun[slot] = Date() }
                return next
            }
            if let wake { rouse([wake]) }
            switch step {
            case .run(let job): return job
            case .fetch(let request): await fetch(request)
            case .sleep: await sleep(slot)
            case .end: return nil
            }
        }
    }

    func finished(slot: Int, acknowledge: Bool) {
        guarded.withLock { $0.state.finished(slot: slot, acknowledge: acknowledge) }
    }

    /// Returns true when the waiter may block in Redis, false when the worker takes no more jobs.
    func waitUntilIdle(waiter: Int) async -> Bool {
        while true {
            switch guarded.withLock({ $0.state.wait(waiter: waiter) }) {
            case nil: return true
            case .sleep: await sleep(waiter)
            default: return false
            }
        }
    }

    /// A job that a waiter received. False when nobody has time for it.
    func offer(_ job: FetchedJob) -> Bool {
        guard let wake = guarded.withLock({ $0.state.offer(job) }) else { return false }
        rouse(wake)
        return true
    }

    /// Looks into the queues once, in case the waiters' connections are lost without anybody noticing.
    func nudge() { rouse(guarded.withLock { $0.state.nudge() }) }

    /// Takes no more jobs; slots end as their jobs do. Returns the jobs that nobody began.
    func stop() -> [FetchedJob] {
        let (wake, unbegun) = guarded.withLock { $0.state.stop() }
        rouse(wake)
        return unbegun
    }

    /// The running jobs, by slot.
    var running: [(slot: Int, job: FetchedJob, since: Date)] {
        guarded.withLock { guarded in
            guarded.state.runningBySlot.map { ($0.slot, $0.job, guarded.begun[$0.slot] ?? Date()) }
        }
    }

    /// All jobs of which this process knows that it has them in hand.
    var inHand: [FetchedJob] { guarded.withLock { $0.state.inHand } }

    /// Those of `listed`, the process's in-progress list, that it knows nothing of.
    func strays(in listed: [ByteBuffer]) -> [ByteBuffer] {
        guard !listed.isEmpty else { return [] }
        let known = guarded.withLock { $0.state.inHand.map(\.bytes) + $0.state.unacknowledged }
        var count = known.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return listed.filter { bytes in
            guard let left = count[bytes], left > 0 else { return true }
            count[bytes] = left - 1
            return false
        }
    }

    private func fetch(_ first: FetchState.Request) async {
        var request = first
        var backoff = JobBackoff()
        while true {
            do {
                let jobs = try await store.fetch(request.limit, done: request.done)
                let (wake, refused) = guarded.withLock { $0.state.fetched(jobs, limit: request.limit) }
                rouse(wake)
                return await handBack(refused)
            } catch {
                logger.warning("jobs could not be fetched", metadata: ["error": "\(error)"])
                // At the end nobody can wait for ever: what was not acknowledged will run once more.
                if backoff.tries > 3, guarded.withLock({ $0.state.isStopped }) { break }
                await backoff.pause()
                request = guarded.withLock { $0.state.startFetch() }
            }
        }
        guarded.withLock { $0.state.abandonFetch() }
    }

    private func handBack(_ jobs: [FetchedJob]) async {
        do {
            try await store.handBack(jobs)
        } catch {
            logger.warning("jobs could not be handed back", metadata: ["error": "\(error)"])
        }
    }

    private func sleep(_ number: Int) async {
        await withCheckedContinuation { continuation in
            let isWoken = guarded.withLock {
                if $0.woken.remove(number) != nil { return true }
                $0.sleepers[number] = continuation
                return false
            }
            if isWoken { continuation.resume() }
        }
    }

    private func rouse(_ numbers: [Int]) {
        guard !numbers.isEmpty else { return }
        let sleepers = guarded.withLock { guarded in
            numbers.compactMap { number in
                let sleeper = guarded.sleepers.removeValue(forKey: number)
                if sleeper == nil { guarded.woken.insert(number) }
                return sleeper
            }
        }
        for sleeper in sleepers { sleeper.resume() }
    }
}
