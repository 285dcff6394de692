import NIOCore
import Testing

@testable import Jobs

@Suite struct FetchStateTests {
    private func jobs(_ names: String...) -> [FetchedJob] {
        names.map { FetchedJob(queue: "q", bytes: ByteBuffer(string: $0)) }
    }

    private func request(_ limit: Int, _ done: String...) -> FetchState.Step {
        .fetch(.init(limit: limit, done: done.map { ByteBuffer(string: $0) }))
    }

    @Test func `one free slot fetches for all, the others sleep until there is work`() {
        var state = FetchState(slots: 3)
        #expect(state.next(slot: 0) == request(3))
        #expect(state.next(slot: 1) == .sleep)
        #expect(state.next(slot: 2) == .sleep)
        let (wake, refused) = state.fetched(jobs("a", "b"), limit: 3)
        #expect(wake == [2] && refused.isEmpty)
        #expect(state.next(slot: 0) == .run(jobs("a")[0]))
        #expect(state.next(slot: 2) == .run(jobs("b")[0]))
    }

    @Test func `what is done rides on the next fetch`() {
        var state = FetchState(slots: 2)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a", "b"), limit: 2)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        state.finished(slot: 1, acknowledge: true)
        #expect(state.next(slot: 1) == request(1, "b"))
        #expect(state.unacknowledged.map { String(buffer: $0) } == ["b"])
        // A failed job has left the list by itself.
        state.finished(slot: 0, acknowledge: false)
        #expect(state.next(slot: 0) == .sleep)
    }

    @Test func `a job that ends while another slot fetches is acknowledged right after`() {
        var state = FetchState(slots: 2)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a"), limit: 2)
        _ = state.next(slot: 0)
        _ = state.offer(jobs("b")[0])
        _ = state.next(slot: 1)
        state.finished(slot: 0, acknowledge: true)
        #expect(state.next(slot: 0) == request(1, "a"))
        state.finished(slot: 1, acknowledge: true)
        #expect(state.next(slot: 1) == .sleep)
        let (wake, _) = state.fetched(jobs("c"), limit: 1)
        #expect(wake == [1])
        #expect(state.next(slot: 0) == .run(jobs("c")[0]))
        #expect(state.next(slot: 1) == request(1, "b"))
    }

    @Test func `when the queues are empty the waiters block, and an offer wakes two slots`() {
        var state = FetchState(slots: 2)
        #expect(state.wait(waiter: 2) == .sleep)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        #expect(state.fetched([], limit: 2).wake == [2])
        #expect(state.wait(waiter: 2) == nil)
        #expect(state.next(slot: 0) == .sleep)
        #expect(state.offer(jobs("a")[0])?.sorted() == [0, 1])
        #expect(state.next(slot: 1) == .run(jobs("a")[0]))
        #expect(state.next(slot: 0) == request(1))
        #expect(state.wait(waiter: 2) == .sleep)
    }

    @Test func `no job is accepted beyond the number of slots`() {
        var state = FetchState(slots: 1)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a"), limit: 1)
        #expect(state.offer(jobs("b")[0]) == nil)
        _ = state.next(slot: 0)
        #expect(state.offer(jobs("b")[0]) == nil)
        state.finished(slot: 0, acknowledge: true)
        #expect(state.offer(jobs("b")[0]) != nil)
    }

    @Test func `a fetch that failed is tried again with all that is done since`() {
        var state = FetchState(slots: 2)
        _ = state.next(slot: 0)
        _ = state.fetched(jobs("a", "b"), limit: 2)
        _ = state.next(slot: 0)
        _ = state.next(slot: 1)
        state.finished(slot: 0, acknowledge: true)
        #expect(state.next(slot: 0) == request(1, "a"))
        state.finished(slot: 1, acknowledge: true)
        let again = state.startFetch()
        #expect(again.limit == 2)
        #expect(again.done.map { String(buffer: $0) } == ["a", "b"])
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
        #expect(state.next(slot: 1) == .end)
        #expect(state.inHand == jobs("a"))
        state.finished(slot: 0, acknowledge: true)
        #expect(state.next(slot: 0) == request(0, "a"))
        #expect(state.fetched([], limit: 0).refused.isEmpty)
        #expect(state.next(slot: 0) == .end)
        #expect(state.wait(waiter: 3) == .end)
    }

    @Test func `jobs that arrive after the stop are refused`() {
        var state = FetchState(slots: 1)
        _ = state.next(slot: 0)
        _ = state.stop()
        #expect(state.fetched(jobs("a"), limit: 1).refused == jobs("a"))
        #expect(state.inHand.isEmpty)
    }
}
