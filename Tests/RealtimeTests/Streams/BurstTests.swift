import NIOCore
import Testing

@testable import Realtime

@Suite struct BurstTests {
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func `what comes one at a time never waits`() {
        var burst = Burst()
        for beat in 0..<10 { #expect(burst.gathers(1, at: now + .milliseconds(Int64(beat))) == false) }
    }

    @Test func `after several came together the next ones wait, and no longer than the burst lasts`() {
        var burst = Burst()
        #expect(burst.gathers(3, at: now) == false)
        #expect(burst.gathers(1, at: now + .milliseconds(5)) == true)
        #expect(burst.gathers(1, at: now + .milliseconds(60)) == false)
        burst.seen(2, at: now + .milliseconds(70))
        #expect(burst.gathers(1, at: now + .milliseconds(100)) == true)
    }
}
