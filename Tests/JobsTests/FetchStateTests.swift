import NIOCore
import Testing

@testable import Jobs

@Suite struct FetchStateTests {
    private func jobs(_ names: String...) -> [FetchedJob] {
        names.map { FetchedJob(queue: "q", bytes: ByteBuffer(string: $0)) }
    }

    private func request(_ limit: Int, _ done: String...) -> FetchState.Step {
        .fetch(.init(limit: limit, done: JobNames(arrived: done.map { ByteBuffer(string: $0) })))
    }

    private func expect(
        _ next: (step: FetchState.Step, wake: Int?), _ step: FetchState.Step, wakes: Int?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(next.step == step, sourceLocation: sourceLocation)
        #expect(next.wake == wakes, sourceLocation: sourceLocation)
    }

    @Test func `one free slot fetches for all, the others sleep until there is work`() {
        var state = FetchState(slots: 3)
        #expect(state.next(slot: 0).step == request(3))
        #expect(state.next(slot: 1).step == .sleep)
        #expect(state.next(slot: 2).step == .sleep)
        #expect(state.fetched(jobs("a", "b", "c"), limit: 3).wake == [])
        // Each wakes the next, as long as there is work.
        expect(state.next(slot: 0), .run(jobs("a")[0]), wakes: 2)
        expect(state.next(slot: 2), .run(jobs("b")[0]), wakes: 1)
        expect(state.next(slot: 1), .run(jobs("c")[0]), wakes: nil)
    }

    @Test func `what is done rides on the next fetch`() {
        var state = FetchState(slots: 2)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a", "b"), limit: 2)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        state.finished(slot: 1, acknowledge: true, took: .seconds(1))
        #expect(state.next(slot: 1).step == request(1, "b"))
        #expect(state.unacknowledged.arrived.map { String(buffer: $0) } == ["b"])
        // A failed job has left the list by itself.
        state.finished(slot: 0, acknowledge: false, took: .seconds(1))
        #expect(state.next(slot: 0).step == .sleep)
    }

    @Test func `a job that ends while another slot fetches is acknowledged right after`() {
        var state = FetchState(slots: 2)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a"), limit: 2)
        _ = state.next(slot: 0)
        _ = state.offer(jobs("b")[0])
        _ = state.next(slot: 1)
        state.finished(slot: 0, acknowledge: true, took: .seconds(1))
        #expect(state.next(slot: 0).step == request(1, "a"))
        state.finished(slot: 1, acknowledge: true, took: .seconds(1))
        #expect(state.next(slot: 1).step == .sleep)
        _ = state.fetched(jobs("c"), limit: 1)
        expect(state.next(slot: 0), .run(jobs("c")[0]), wakes: 1)
        #expect(state.next(slot: 1).step == request(1, "b"))
    }

    @Test
    func
        `when the queues are empty the waiters block, and an offer wakes one slot to run it and one to look for more`()
    {
        var state = FetchState(slots: 2)
        #expect(state.wait(waiter: 2, queue: "q") == .sleep)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        #expect(state.fetched([], limit: 2).wake == [2])
        #expect(state.wait(waiter: 2, queue: "q") == nil)
        #expect(state.next(slot: 0).step == .sleep)
        #expect(state.offer(jobs("a")[0]) == [0])
        expect(state.next(slot: 0), .run(jobs("a")[0]), wakes: 1)
        #expect(state.next(slot: 1).step == request(1))
        #expect(state.wait(waiter: 2, queue: "q") == .sleep)
    }

    @Test func `no job is accepted beyond the number of slots`() {
        var state = FetchState(slots: 1)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a"), limit: 1)
        #expect(state.offer(jobs("b")[0]) == nil)
        _ = state.next(slot: 0)
        #expect(state.offer(jobs("b")[0]) == nil)
        state.finished(slot: 0, acknowledge: true, took: .seconds(1))
        #expect(state.offer(jobs("b")[0]) != nil)
    }

    @Test func `a fetch that failed is tried again with all that is done since`() {
        var state = FetchState(slots: 2)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a", "b"), limit: 2)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        state.finished(slot: 0, acknowledge: true, took: .seconds(1))
        #expect(state.next(slot: 0).step == request(1, "a"))
        state.finished(slot: 1, acknowledge: true, took: .seconds(1))
        let again = state.startFetch()
        #expect(again.limit == 2)
        #expect(again.done.arrived.map { String(buffer: $0) } == ["a", "b"])
    }

    @Test func `a stopped worker begins nothing, acknowledges what is done and ends`() {
        var state = FetchState(slots: 3)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        _ = state.next(slot: 2)
        _ = state.fetched(jobs("a", "b"), limit: 3)
        _ = state.next(slot: 0)
        let (wake, unbegun) = state.stop()
        #expect(unbegun == jobs("b"))
        #expect(wake == [1])
        #expect(state.next(slot: 1).step == .end)
        #expect(state.inHand == jobs("a"))
        state.finished(slot: 0, acknowledge: true, took: .seconds(1))
        #expect(state.next(slot: 0).step == request(0, "a"))
        #expect(state.fetched([], limit: 0).refused.isEmpty)
        #expect(state.next(slot: 0).step == .end)
        #expect(state.wait(waiter: 3, queue: "q") == .end)
    }

    @Test func `jobs that arrive after the stop are refused`() {
        var state = FetchState(slots: 1)
        _ = state.next(slot: 0)
        _ = state.stop()
        #expect(state.fetched(jobs("a"), limit: 1).refused == jobs("a"))
        #expect(state.inHand.isEmpty)
    }

    @Test func `short jobs are fetched in advance, before those in hand run out`() {
        var state = FetchState(slots: 1)
        var requests: [FetchState.Request] = []
        for _ in 0..<2000 {
            switch state.next(slot: 0).step {
            case .run: state.finished(slot: 0, acknowledge: true, took: .microseconds(10))
            case .fetch(let request):
                requests.append(request)
                // So long a queue that every fetch is answered in full.
                _ = state.fetched(
                    Array(repeating: jobs("x")[0], count: request.limit), limit: request.limit)
            default: Issue.record("there is always work")
            }
        }
        #expect(requests.first?.limit == 1)
        #expect(state.prefetch.surplus(slots: 1) == 100)
        #expect(requests.last?.limit == 51 && requests.last?.done.arrived.count == 51)
        #expect(requests.map(\.done.arrived.count).reduce(0, +) <= 2000)
    }

    @Test func `jobs in advance that nobody begins are given back, and what is done is acknowledged`() {
        var state = FetchState(slots: 1)
        #expect(state.watch(watcher: 2) == .sleep)
        _ = state.next(slot: 0)
        #expect(state.fetched(jobs("a", "b", "c"), limit: 3).wake == [2])
        _ = state.next(slot: 0)
        #expect(state.watch(watcher: 2) == nil)
        let first = state.stale(since: -1)
        #expect(first.surplus.isEmpty && first.request == nil)
        let second = state.stale(since: first.mark)
        #expect(second.surplus == jobs("b", "c"))
        #expect(state.inHand == jobs("a"))
        #expect(state.watch(watcher: 2) == .sleep)
    }

    @Test func `a queue with a limit is fetched and waited for only while it has room`() {
        var state = FetchState(slots: 3, limits: ["q": 1])
        guard case .fetch(let request) = state.next(slot: 0).step else {
            Issue.record("nothing was fetched")
            return
        }
        #expect(request.room == ["q": 1])
        _ = state.fetched(jobs("a"), limit: 3)
        _ = state.next(slot: 0)
        #expect(state.isIdle)
        #expect(state.wait(waiter: 3, queue: "q") == .sleep)
        #expect(state.wait(waiter: 4, queue: "other") == nil)
        #expect(state.offer(jobs("b")[0]) == nil)
        // Room again: the queue is looked into though no waiter said so.
        state.finished(slot: 0, acknowledge: true, took: .seconds(1))
        guard case .fetch(let again) = state.next(slot: 0).step else {
            Issue.record("nobody looked")
            return
        }
        #expect(again.room == ["q": 1])
    }
}
