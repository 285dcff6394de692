import Testing

@testable import Jobs

@Suite struct RetryPolicyTests {
    @Test(arguments: [(0, 15.0, 25.0), (1, 16, 36), (2, 31, 61), (5, 640, 700), (24, 331_791, 332_041)])
    func `delays follow Sidekiq's formula`(count: Int, least: Double, most: Double) {
        #expect(RetryPolicy.delay(count: count, random: 0).inSeconds == least)
        #expect(abs(RetryPolicy.delay(count: count, random: 0.999_999_9).inSeconds - most) < 0.001)
    }

    @Test func `25 tries take about three weeks`() {
        let total = (0..<25).map { RetryPolicy.delay(count: $0, random: 0.5).inSeconds }.reduce(0, +)
        #expect((20.0...21.0).contains(total / 86_400))
    }

    @Test func `the count is 0 at the first failure and grows by one`() {
        let first = RetryPolicy.verdict(rule: .atMost(25), retryCount: nil, keepsDead: true, random: 0)
        #expect(first == .retry(count: 0, delay: .seconds(15)))
        let second = RetryPolicy.verdict(rule: .atMost(25), retryCount: 0, keepsDead: true, random: 0)
        #expect(second == .retry(count: 1, delay: .seconds(16)))
    }

    @Test(
        arguments: [
            (RetryRule.atMost(3), 1, true, "retry"), (.atMost(3), 2, true, "bury"),
            (.atMost(3), 2, false, "discard"), (.atMost(0), nil, true, "bury"),
            (.never, nil, true, "discard"),
        ] as [(RetryRule, Int?, Bool, String)])
    func `the last failure ends the tries`(rule: RetryRule, count: Int?, keepsDead: Bool, word: String) {
        let verdict = RetryPolicy.verdict(rule: rule, retryCount: count, keepsDead: keepsDead, random: 0)
        #expect("\(verdict)".hasPrefix(word))
    }
}
