import NIOCore
import Support
import Testing

@testable import Gateway

@Suite struct FrameBudgetTests {
    private let rule = FrameBudget.Rule(RateLimit(burst: 3, per: .milliseconds(100)))
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func at(_ milliseconds: Int64) -> NIODeadline { start + .milliseconds(milliseconds) }

    @Test func `a burst passes, then one at each interval`() {
        var budget = FrameBudget()
        for _ in 0..<3 { #expect(budget.take(rule, at: start) == .within) }
        #expect(budget.take(rule, at: start) == .beyond(retryAfter: .milliseconds(100)))
        #expect(budget.take(rule, at: at(60)) == .beyond(retryAfter: .milliseconds(40)))
        #expect(budget.take(rule, at: at(100)) == .within)
        #expect(budget.take(rule, at: at(100)) == .beyond(retryAfter: .milliseconds(100)))
    }

    @Test func `who keeps to the rate is never refused`() {
        var budget = FrameBudget()
        for count in 0..<10_000 { #expect(budget.take(rule, at: at(Int64(count) * 100)) == .within) }
    }

    @Test func `who waits as long as told is never sent off`() {
        var budget = FrameBudget()
        var now = start
        for _ in 0..<1000 {
            switch budget.take(rule, at: now) {
            case .within: break
            case .beyond(let wait): now = now + wait
            case .abuse: Issue.record("sent off")
            }
        }
    }

    @Test func `who does not listen is sent off, five bursts after the first refusal`() {
        var budget = FrameBudget()
        var verdicts: [FrameBudget.Verdict] = []
        for _ in 0..<19 { verdicts.append(budget.take(rule, at: start)) }
        #expect(verdicts[..<3].allSatisfy { $0 == .within })
        #expect(verdicts[3..<18].allSatisfy { $0 == .beyond(retryAfter: .milliseconds(100)) })
        #expect(verdicts[18] == .abuse)
    }
}
