import NIOCore

/// Who fetches, who runs, who sleeps: the rules of `JobFetcher`, with no clock, lock or connection.
///
/// A worker has as many *slots* as jobs that may run at the same time. A slot that is free and finds nothing
/// ready becomes the one that fetches, for all: it acknowledges whatever is done and asks for as many jobs as
/// slots are free, in one call. Meanwhile other free slots sleep. When the queues turn out to be empty
/// everybody sleeps, and the *waiters*, one per queue and numbered after the slots, block in Redis
/// until a job arrives. Methods return the numbers of those to wake.
struct FetchState: Sendable {
    enum Step: Sendable, Equatable {
        case run(FetchedJob)
        case fetch(Request)
        case sleep
        case end
    }

    /// One call of `jobs/fetch`.
    struct Request: Sendable, Equatable {
        let limit: Int
        let done: [ByteBuffer]
    }

    let slots: Int
    private(set) var isStopped = false
    /// The queues were empty at the last look; only a waiter, or a nudge, makes anybody look again.
    private(set) var isIdle = false
    private var isFetching = false
    private var ready = CircularBuffer<FetchedJob>()
    private var running: [FetchedJob?]
    private var done: [ByteBuffer] = []
    /// What the fetch that is under way acknowledges.
    private var acknowledging: [ByteBuffer] = []
    /// Jobs ready or running.
    private var held = 0
    private var sleepingSlots: [Int] = []
    private var sleepingWaiters: [Int] = []

    init(slots: Int) {
        self.slots = slots
        running = Array(repeating: nil, count: slots)
    }

    /// All jobs that this process has in hand by its own account.
    var inHand: [FetchedJob] { Array(ready) + running.compactMap(\.self) }
    /// The running ones, by slot.
    var runningBySlot: [(slot: Int, job: FetchedJob)] {
        running.enumerated().compactMap { slot, job in job.map { (slot, $0) } }
    }
    /// Done, but perhaps still in the in-progress list.
    var unacknowledged: [ByteBuffer] { done + acknowledging }

    /// The slot has no job any more. One that failed has left the in-progress list by itself and needs no
    /// acknowledgement.
    mutating func finished(slot: Int, acknowledge: Bool) {
        guard let job = running[slot] else { return }
        running[slot] = nil
        held -= 1
        if acknowledge { done.append(job.bytes) }
    }

    mutating func next(slot: Int) -> Step {
        if isStopped { return done.isEmpty || isFetching ? .end : .fetch(startFetch()) }
        if let job = ready.popFirst() {
            running[slot] = job
            return .run(job)
        }
        if isFetching || (isIdle && done.isEmpty) {
            sleepingSlots.append(slot)
            return .sleep
        }
        return .fetch(startFetch())
    }

    /// Again after a fetch that failed; what it acknowledged may or may not have been heard.
    mutating func startFetch() -> Request {
        isFetching = true
        acknowledging += done
        done = []
        return Request(limit: isStopped ? 0 : slots - held, done: acknowledging)
    }

    /// Jobs came too late when the worker has been stopped meanwhile: they are `refused`.
    mutating func fetched(_ jobs: [FetchedJob], limit: Int) -> (wake: [Int], refused: [FetchedJob]) {
        isFetching = false
        acknowledging = []
        if isStopped { return ([], jobs) }
        held += jobs.count
        ready.append(contentsOf: jobs)
        isIdle = jobs.count < limit
        // The slot that fetched takes one job. One more slot goes on fetching if there is reason to.
        let next = !jobs.isEmpty && (!isIdle || !done.isEmpty) ? 1 : 0
        return (wakeSlots(max(0, jobs.count - 1) + next) + (isIdle ? wakeWaiters() : []), [])
    }

    /// The last fetch of a stopped worker is given up: nobody hears what is done, so it will be done again.
    mutating func abandonFetch() {
        isFetching = false
        acknowledging = []
        done = []
    }

    /// Whether a waiter may block in Redis now.
    mutating func wait(waiter: Int) -> Step? {
        if isStopped { return .end }
        if isIdle { return nil }
        sleepingWaiters.append(waiter)
        return .sleep
    }

    /// A waiter got a job. Nil when there is no room for it. One job seldom comes alone, so a second slot
    /// looks for more.
    mutating func offer(_ job: FetchedJob) -> [Int]? {
        guard !isStopped, held < slots else { return nil }
        held += 1
        ready.append(job)
        isIdle = false
        return wakeSlots(2)
    }

    /// Look again though no waiter said so.
    mutating func nudge() -> [Int] {
        guard isIdle, !isStopped else { return [] }
        isIdle = false
        return wakeSlots(1)
    }

    /// No more jobs. Those not begun are returned, to be handed back.
    mutating func stop() -> (wake: [Int], unbegun: [FetchedJob]) {
        isStopped = true
        defer {
            held -= ready.count
            ready.removeAll()
        }
        return (wakeSlots(sleepingSlots.count) + wakeWaiters(), Array(ready))
    }

    private mutating func wakeSlots(_ count: Int) -> [Int] {
        // The last to fall asleep has the warmest caches.
        let woken = Array(sleepingSlots.suffix(count))
        sleepingSlots.removeLast(woken.count)
        return woken
    }

    private mutating func wakeWaiters() -> [Int] {
        defer { sleepingWaiters = [] }
        return sleepingWaiters
    }
}
