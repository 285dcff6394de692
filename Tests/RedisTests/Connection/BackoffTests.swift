import Testing

@testable import Redis

@Suite struct BackoffTests {
    @Test func `it doubles from 50 ms to 2 s, and the second half of each step is random`() {
        for _ in 0..<50 {
            var backoff = Backoff()
            for step in [50, 100, 200, 400, 800, 1600, 2000, 2000, 2000] {
                let delay = backoff.next()
                #expect(delay >= .milliseconds(step) / 2 && delay <= .milliseconds(step))
            }
        }
    }

    @Test func `no number of attempts overflows it`() {
        var backoff = Backoff()
        for _ in 0..<1000 { #expect(backoff.next() <= .seconds(2)) }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(50))
    }
}
