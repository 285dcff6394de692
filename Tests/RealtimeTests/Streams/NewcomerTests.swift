import NIOCore
import Testing

@testable import Realtime

@Suite struct NewcomerTests {
    private func item(_ offset: Int) -> Publication {
        Publication(ByteBuffer(integer: offset), at: place(offset))
    }
    private func place(_ offset: Int, _ epoch: String = "e") -> StreamPosition {
        StreamPosition(epoch: epoch, offset: offset)
    }
    private let ephemeral = Publication(ByteBuffer(string: "typing"), at: nil)

    @Test func `what is live waits for the history, and what history had is left out`() {
        var newcomer = Newcomer(Listener())
        #expect(newcomer.receive([item(1), item(2), ephemeral]) == [])
        #expect(newcomer.receive([item(3)]) == [])
        #expect(newcomer.opened(at: place(2)) == [ephemeral, item(3)])
        #expect(newcomer.receive([item(4)]) == nil, "it is in step")
    }

    @Test func `who is ahead of the live stream gets only what is new, until the stream has reached it`() {
        var newcomer = Newcomer(Listener())
        #expect(newcomer.opened(at: place(5)) == [])
        #expect(newcomer.receive([item(3), ephemeral, item(4)]) == [ephemeral])
        #expect(newcomer.receive([item(5), item(6)]) == [item(6)])
        #expect(newcomer.receive([item(7)]) == nil)
    }

    @Test func `what has no number does not make who is ahead one of the group, who would hear things twice`()
    {
        var newcomer = Newcomer(Listener())
        _ = newcomer.opened(at: place(5))
        #expect(newcomer.receive([ephemeral]) == [ephemeral])
        #expect(newcomer.receive([item(4), item(5)]) == [])
        #expect(newcomer.receive([item(6)]) == nil)
        var first = Newcomer(Listener())
        _ = first.opened(at: place(0))
        #expect(first.receive([ephemeral]) == nil, "nothing was before it")
    }

    @Test func `who is held again waits again`() {
        var newcomer = Newcomer(Listener())
        _ = newcomer.opened(at: place(5))
        newcomer.hold()
        #expect(newcomer.receive([item(6)]) == [])
        #expect(newcomer.opened(at: place(6)) == [])
        #expect(newcomer.opened(at: place(6)) == [], "a second time changes nothing")
    }

    @Test func `the state after a repair goes to who stands there, not to who is beyond it`() {
        let state = Publication(state: ByteBuffer(string: "state"), at: place(5))
        for (position, news) in [(4, [item(5), state]), (5, [state]), (6, [])] {
            var waiting = Newcomer(Listener())
            _ = waiting.receive([item(5), state])
            #expect(waiting.opened(at: place(position)) == news)
        }
        var ahead = Newcomer(Listener())
        _ = ahead.opened(at: place(6))
        #expect(ahead.receive([item(5), state]) == [])
        #expect(ahead.receive([item(6)]) == [])
        #expect(ahead.receive([item(7)]) == nil)
    }

    @Test func `too much while waiting is an overrun, not memory`() {
        var newcomer = Newcomer(Listener())
        for offset in 1...5000 { _ = newcomer.receive([item(offset)]) }
        #expect(newcomer.isOverrun)
        #expect(newcomer.opened(at: place(1)).count < 4096)
    }
}
