import NIOCore
import Testing

@testable import Gateway

@Suite struct CablePouringTests {
    private func text(_ bytes: Int) -> ByteBuffer { ByteBuffer(repeating: 0x78, count: bytes) }

    /// What it does until it waits or ends, while nobody takes anything out of the socket.
    private func pour(
        _ pouring: inout CablePouring, into outbound: inout Int, at now: NIODeadline
    ) -> (sent: Int, end: CablePouring.Step) {
        var sent = 0
        while case let step = pouring.step(outbound: outbound, at: now) {
            guard case .send(let text) = step else { return (sent, step) }
            outbound += text.readableBytes
            sent += 1
        }
    }

    @Test func `a client that reads gets all, and never has much more waiting than one text`() throws {
        var pouring = CablePouring(Array(repeating: text(30_000), count: 100))
        let now = NIODeadline.now()
        var (outbound, sent) = (0, 0)
        for turn in 0... {
            let round = pour(&pouring, into: &outbound, at: now + .milliseconds(Int64(turn)))
            sent += round.sent
            #expect(outbound <= CablePouring.level + 30_000)
            if case .done = round.end { break }
            guard case .wait = round.end else { return #expect(Bool(false), "\(round.end)") }
            outbound = 0
        }
        #expect(sent == 100)
    }

    @Test func `one text that is larger than all that may wait is sent by itself`() {
        var pouring = CablePouring([text(600_000), text(600_000)])
        var outbound = 0
        let now = NIODeadline.now()
        #expect(pour(&pouring, into: &outbound, at: now).sent == 1)
        outbound = 0
        #expect(pour(&pouring, into: &outbound, at: now).sent == 1)
    }

    @Test func `who takes little but something is waited for, who takes nothing is not`() {
        var pouring = CablePouring(Array(repeating: text(100_000), count: 2))
        let start = NIODeadline.now()
        var outbound = 0
        _ = pour(&pouring, into: &outbound, at: start)
        var now = start
        for _ in 1...10 {
            now = now + .seconds(9)
            outbound -= 1000
            guard case .wait = pouring.step(outbound: outbound, at: now) else {
                return #expect(Bool(false), "given up")
            }
        }
        guard case .tooSlow = pouring.step(outbound: outbound, at: now + .seconds(10)) else {
            return #expect(Bool(false), "kept")
        }
    }
}
