import NIOCore

/// Who fetches, who runs, who sleeps: the rules of `JobFetcher`, with no clock, lock or connection.
///
/// A worker has as many *slots* as jobs that may run at the same time. A slot that is free and finds nothing
/// ready becomes the one that fetches, for all: it acknowledges whatever is done and asks for as many jobs as
/// slots are free, in one call. Meanwhile other free slots sleep. When the queues turn out to be empty
/// everybody sleeps, and the *waiters*, one per queue and numbered after the slots, block in Redis
/// until a job arrives. Methods return the numbers of those to wake.
///
/// Sleeping slots are woken one at a time, each by the one before it. Jobs that take long are thus all begun within
/// microseconds, while jobs that take none are run by few slots with few wake-ups and in full batches.
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
    /// The slot that was woken and has not asked for its step yet.
    private var waking: Int?

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

    mutating func next(slot: Int) -> (step: Step, wake: Int?) {
        if waking == slot { waking = nil }
        if isStopped { return (done.isEmpty || isFetching ? .end : .fetch(startFetch()), nil) }
        if let job = ready.popFirst() {
            running[slot] = job
            return (.run(job), ready.isEmpty && !hasReasonToFetch ? nil : wakeSlot())
        }
        if hasReasonToFetch { return (.fetch(startFetch()), nil) }
        sleepingSlots.append(slot)
        return (.sleep, nil)
    }

    private var hasReasonToFetch: Bool { !isFetching && (!isIdle || !done.isEmpty) }

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
        return (isIdle ? wakeWaiters() : [], [])
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

    /// A waiter got a job. Nil when there is no room for it. One job seldom comes alone, so the queues do not
    /// count as empty any more.
    mutating func offer(_ job: FetchedJob) -> [Int]? {
        guard !isStopped, held < slots else { return nil }
        held += 1
        ready.append(job)
        isIdle = false
        return wakeSlot().map { [$0] } ?? []
    }

    /// Look again though no waiter said so.
    mutating func nudge() -> [Int] {
        guard isIdle, !isStopped else { return [] }
        isIdle = false
        return wakeSlot().map { [$0] } ?? []
    }

    /// No more jobs. Those not begun are returned, to be handed back.
    mutating func stop() -> (wake: [Int], unbegun: [FetchedJob]) {
        isStopped = true
        defer {
            held -= ready.count
            ready.removeAll()
        }
        let slots = sleepingSlots
        sleepingSlots = []
        return (slots + wakeWaiters(), Array(ready))
    }

    private mutating func wakeSlot() -> Int? {
        guard waking == nil else { return nil }
        // The last to fall asleep has the warmest caches.
        waking = sleepingSlots.popLast()
        return waking
    }

    private mutating func wakeWaiters() -> [Int] {
        defer { sleepingWaiters = [] }
        return sleepingWaiters
    }
}
