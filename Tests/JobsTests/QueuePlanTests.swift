import Testing

@testable import Jobs

@Suite struct QueuePlanTests {
    private let all = FetchState.Request(limit: 5, done: JobNames())

    @Test func `without weights the order is strict`() {
        let plan = QueuePlan(["b", "a", "c"])
        #expect(plan.shares(all).map(\.queue) == ["b", "a", "c"])
        #expect(plan.shares(all).map(\.key) == ["queue:b", "queue:a", "queue:c"])
    }

    @Test func `with weights a queue comes first in proportion, and none is left out`() {
        let plan = QueuePlan(["rare", "often"], weights: ["often": 3])
        var firsts: [String: Int] = [:]
        for _ in 0..<4000 {
            let order = plan.shares(all).map(\.queue)
            #expect(Set(order) == ["rare", "often"])
            firsts[order[0], default: 0] += 1
        }
        // 3,000 ± 27 is one standard deviation.
        #expect((2800...3200).contains(firsts["often"] ?? 0))
    }

    @Test func `a limit is what may be taken of a queue, the others are free`() {
        let plan = QueuePlan(["a", "b"], limits: ["b": 3])
        let shares = plan.shares(.init(limit: 5, done: JobNames(), room: ["b": 2]))
        #expect(shares.map(\.most) == [.max, 2])
    }
}
