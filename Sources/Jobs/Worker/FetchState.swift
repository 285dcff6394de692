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
///
/// Jobs shorter than a call to Redis are fetched in advance (`Prefetch`). Should they wait for longer than foreseen, the
/// *watcher*, numbered last, gives them back.
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
        let done: JobNames
        /// Of queues with a limit: how many more jobs of them may be in hand.
        var room: [String: Int] = [:]
    }

    let slots: Int
    /// Of some queues: how many of their jobs this process has in hand at most.
    let limits: [String: Int]
    private(set) var isStopped = false
    /// The queues were empty at the last look; only a waiter, or a nudge, makes anybody look again.
    private(set) var isIdle = false
    private(set) var prefetch = Prefetch()
    private var isFetching = false
    private var ready = CircularBuffer<FetchedJob>()
    private var running: [FetchedJob?]
    private var done = JobNames()
    /// What the fetch that is under way acknowledges.
    private var acknowledging = JobNames()
    /// Jobs ready or running; and of the limited queues, by queue.
    private var held = 0
    private var heldByQueue: [String: Int] = [:]
    private var sleepingSlots: [Int] = []
    private var sleepingWaiters: [Int] = []
    private var sleepingWatcher: Int?
    /// The slot that was woken and has not asked for its step yet.
    private var waking: Int?
    /// Jobs begun so far.
    private var begun = 0

    init(slots: Int, limits: [String: Int] = [:]) {
        self.slots = slots
        self.limits = limits
        running = Array(repeating: nil, count: slots)
    }

    /// All jobs that this process has in hand by its own account.
    var inHand: [FetchedJob] { Array(ready) + running.compactMap(\.self) }
    /// The running ones, by slot.
    var runningBySlot: [(slot: Int, job: FetchedJob)] {
        running.enumerated().compactMap { slot, job in job.map { (slot, $0) } }
    }
    /// Done, but perhaps still among the in-progress.
    var unacknowledged: JobNames { done + acknowledging }

    /// The slot has no job any more. One that was settled has left the in-progress keys by itself and needs no
    /// acknowledgement.
    mutating func finished(slot: Int, acknowledge: Bool, took: Duration) {
        guard let job = running[slot] else { return }
        running[slot] = nil
        // A queue that was full is worth another look.
        if !limits.isEmpty, !hasRoom(job.queue) { isIdle = false }
        release(job)
        prefetch.ran(took)
        if acknowledge { done.add(job) }
    }

    mutating func next(slot: Int) -> (step: Step, wake: Int?) {
        if waking == slot { waking = nil }
        if isStopped { return (done.isEmpty || isFetching ? .end : .fetch(startFetch()), nil) }
        if ready.count <= surplus / 2, hasReasonToFetch {
            return (.fetch(startFetch()), ready.isEmpty ? nil : wakeSlot())
        }
        if let job = ready.popFirst() {
            running[slot] = job
            begun += 1
            return (.run(job), ready.isEmpty && !hasReasonToFetch ? nil : wakeSlot())
        }
        sleepingSlots.append(slot)
        return (.sleep, nil)
    }

    private var surplus: Int { prefetch.surplus(slots: slots) }

    private var hasReasonToFetch: Bool {
        !isFetching && (!isIdle && held < slots + surplus || !done.isEmpty && ready.isEmpty)
    }

    /// Again after a fetch that failed; what it acknowledged may or may not have been heard.
    mutating func startFetch() -> Request {
        isFetching = true
        acknowledging = acknowledging + done
        done = JobNames()
        let room =
            limits.isEmpty
            ? [:]
            : limits.map { ($0, max(0, $1 - heldByQueue[$0, default: 0])) }
                .reduce(into: [:]) { $0[$1.0] = $1.1 }
        return Request(
            limit: isStopped ? 0 : max(0, slots + surplus - held), done: acknowledging, room: room)
    }

    /// Jobs came too late when the worker has been stopped meanwhile: they are `refused`.
    mutating func fetched(_ jobs: [FetchedJob], limit: Int) -> (wake: [Int], refused: [FetchedJob]) {
        isFetching = false
        acknowledging = JobNames()
        if isStopped { return ([], jobs) }
        for job in jobs { hold(job) }
        ready.append(contentsOf: jobs)
        isIdle = jobs.count < limit
        let watcher = held > slots ? wakeWatcher() : []
        return ((isIdle ? wakeWaiters() : []) + watcher, [])
    }

    /// The last fetch of a stopped worker is given up: nobody hears what is done, so it will be done again.
    mutating func abandonFetch() {
        isFetching = false
        acknowledging = JobNames()
        done = JobNames()
    }

    /// Whether a waiter may block in Redis now.
    mutating func wait(waiter: Int, queue: String) -> Step? {
        if isStopped { return .end }
        if isIdle, hasRoom(queue) { return nil }
        sleepingWaiters.append(waiter)
        return .sleep
    }

    /// A waiter got a job. Nil when there is no room for it. One job seldom comes alone, so the queues do not
    /// count as empty any more.
    mutating func offer(_ job: FetchedJob) -> [Int]? {
        guard !isStopped, held < slots, hasRoom(job.queue) else { return nil }
        hold(job)
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

    /// What the watcher does: sleep until jobs are fetched in advance, then look from time to time.
    mutating func watch(watcher: Int) -> Step? {
        if isStopped { return .end }
        if !ready.isEmpty || !done.isEmpty { return nil }
        sleepingWatcher = watcher
        return .sleep
    }

    /// The jobs fetched in advance that nobody has begun, when nobody has begun any since `mark`; and a fetch if there
    /// is something to acknowledge. `mark` is for the next look.
    mutating func stale(since mark: Int) -> (surplus: [FetchedJob], request: Request?, mark: Int) {
        guard begun == mark, !isStopped else { return ([], nil, begun) }
        let jobs = Array(ready)
        ready.removeAll()
        for job in jobs { release(job) }
        let request = done.isEmpty || isFetching ? nil : startFetch()
        return (jobs, request, begun)
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
        return (slots + wakeWaiters() + wakeWatcher(), Array(ready))
    }

    private func hasRoom(_ queue: String) -> Bool {
        guard let limit = limits[queue] else { return true }
        return heldByQueue[queue, default: 0] < limit
    }

    private mutating func hold(_ job: FetchedJob) {
        held += 1
        if limits[job.queue] != nil { heldByQueue[job.queue, default: 0] += 1 }
    }

    private mutating func release(_ job: FetchedJob) {
        held -= 1
        if limits[job.queue] != nil { heldByQueue[job.queue, default: 0] -= 1 }
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

    private mutating func wakeWatcher() -> [Int] {
        defer { sleepingWatcher = nil }
        return sleepingWatcher.map { [$0] } ?? []
    }
}
