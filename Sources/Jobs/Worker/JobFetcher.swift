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
        /// When each slot's last job began.
        var begun: [ContinuousClock.Instant]
    }

    private let guarded: Mutex<Guarded>
    private let plan: QueuePlan
    private let store: JobStore
    private let logger: Logger

    init(slots: Int, plan: QueuePlan, store: JobStore, logger: Logger) {
        let state = FetchState(slots: slots, limits: plan.limits)
        guarded = Mutex(Guarded(state: state, begun: Array(repeating: .now, count: slots)))
        self.plan = plan
        self.store = store
        self.logger = logger
    }

    /// The slot's next job; nil when the worker takes no more. Sleeps while the queues are empty.
    func next(slot: Int) async -> FetchedJob? {
        while true {
            let (step, wake) = guarded.withLock {
                let next = $0.state.next(slot: slot)
                if case .run = next.step { $0.begun[slot] = .now }
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
        guarded.withLock {
            $0.state.finished(slot: slot, acknowledge: acknowledge, took: .now - $0.begun[slot])
        }
    }

    /// Returns true when the waiter may block in Redis, false when the worker takes no more jobs.
    func waitUntilIdle(waiter: Int, queue: String) async -> Bool {
        while true {
            switch guarded.withLock({ $0.state.wait(waiter: waiter, queue: queue) }) {
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

    /// Gives back what was fetched in advance and has found no slot for 50 ms, and sees to it that nothing done waits
    /// longer to be acknowledged. Returns when the worker takes no more jobs.
    func watch(watcher: Int) async {
        var mark = -1
        while true {
            switch guarded.withLock({ $0.state.watch(watcher: watcher) }) {
            case nil: break
            case .sleep:
                await sleep(watcher)
                continue
            default: return
            }
            // `try?`: cancelled, the next look ends it.
            try? await Task.sleep(for: .milliseconds(50))
            if Task.isCancelled { return }
            let stale = guarded.withLock { $0.state.stale(since: mark) }
            mark = stale.mark
            if !stale.surplus.isEmpty { await handBack(stale.surplus) }
            if let request = stale.request { await fetch(request) }
        }
    }

    /// Takes no more jobs; slots end as their jobs do. Returns the jobs that nobody began.
    func stop() -> [FetchedJob] {
        let (wake, unbegun) = guarded.withLock { $0.state.stop() }
        rouse(wake)
        return unbegun
    }

    /// The running jobs, by slot.
    var running: [(slot: Int, job: FetchedJob, since: Date)] {
        let (now, date) = (ContinuousClock.now, Date())
        return guarded.withLock { guarded in
            guarded.state.runningBySlot.map {
                ($0.slot, $0.job, date.addingTimeInterval(-(now - guarded.begun[$0.slot]).inSeconds))
            }
        }
    }

    /// All jobs of which this process knows that it has them in hand.
    var inHand: [FetchedJob] { guarded.withLock { $0.state.inHand } }

    /// Those of `listed`, the process's in-progress keys, that it knows nothing of.
    func strays(in listed: JobNames) -> JobNames {
        guard !listed.isEmpty else { return listed }
        let known = guarded.withLock {
            $0.state.inHand.reduce(into: $0.state.unacknowledged) { $0.add($1) }
        }
        let tokens = Set(known.tokens)
        var count = known.arrived.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let arrived = listed.arrived.filter { bytes in
            guard let left = count[bytes], left > 0 else { return true }
            count[bytes] = left - 1
            return false
        }
        return JobNames(tokens: listed.tokens.filter { !tokens.contains($0) }, arrived: arrived)
    }

    private func fetch(_ first: FetchState.Request) async {
        var request = first
        var backoff = JobBackoff()
        while true {
            do {
                let jobs = try await store.fetch(
                    request.limit, from: plan.shares(request), done: request.done)
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
