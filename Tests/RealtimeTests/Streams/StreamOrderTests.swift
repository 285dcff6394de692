import NIOCore
import Testing

@testable import Realtime

@Suite struct StreamOrderTests {
    private func item(_ offset: Int, _ epoch: String = "e") -> Publication {
        Publication(ByteBuffer(integer: offset), at: StreamPosition(epoch: epoch, offset: offset))
    }
    private func state(_ offset: Int) -> Publication {
        Publication(state: ByteBuffer(string: "state"), at: StreamPosition(epoch: "e", offset: offset))
    }
    private let ephemeral = Publication(ByteBuffer(string: "typing"), at: nil)

    private func opening(_ top: Int, _ recovery: StreamOpening.Recovery, epoch: String = "e") -> StreamOpening
    {
        StreamOpening(
            position: StreamPosition(epoch: epoch, offset: top), state: ByteBuffer(string: "state"),
            recovery: recovery)
    }

    @Test func `the first publication sets the place, whatever its number`() {
        var order = StreamOrder()
        #expect(order.receive(item(17)) == .pass)
        #expect(order.receive(item(18)) == .pass)
        #expect(order.receive(item(17)) == .drop)
        #expect(order.receive(ephemeral) == .pass)
    }

    @Test func `a hole holds everything back until history fills it`() {
        var order = StreamOrder()
        _ = order.receive(item(1))
        #expect(order.receive(item(3)) == .hold(repair: true))
        #expect(order.receive(ephemeral) == .hold(repair: false))
        #expect(order.receive(item(4)) == .hold(repair: false))
        let repaired = order.repaired(opening(3, .recovered([item(2), item(3)])))
        #expect(!repaired.isReset && !repaired.isIncomplete)
        #expect(repaired.publications == [item(2), item(3), state(3), ephemeral, item(4)])
        #expect(order.receive(item(5)) == .pass)
    }

    @Test func `a second hole behind the first is repaired next, and nothing held is lost`() {
        var order = StreamOrder()
        _ = order.receive(item(1))
        for offset in [3, 4, 7, 8] { _ = order.receive(item(offset)) }
        let first = order.repaired(opening(3, .recovered([item(2), item(3)])))
        #expect(first.publications == [item(2), item(3), state(3), item(4)] && first.isIncomplete)
        #expect(order.receive(item(9)) == .hold(repair: false))
        let second = order.repaired(opening(8, .recovered([item(5), item(6), item(7), item(8)])))
        #expect(
            second.publications == [5, 6, 7, 8].map { item($0) } + [state(8), item(9)] && !second.isIncomplete
        )
    }

    @Test func `a stream that nothing was heard of yet is read from its subscribers' lowest place`() {
        var order = StreamOrder()
        #expect(order.learn(StreamPosition(epoch: "e", offset: 9)) == false)
        #expect(order.learn(StreamPosition(epoch: "e", offset: 5)) == false)
        #expect(order.learn(StreamPosition(epoch: "e", offset: 7)) == false)
        #expect(order.suspect() == true)
        #expect(order.position == StreamPosition(epoch: "e", offset: 5))
        #expect(order.suspect() == false, "it is being read already")
    }

    @Test func `a subscriber's place is no reason to drop what others may still need`() {
        var order = StreamOrder()
        _ = order.learn(StreamPosition(epoch: "e", offset: 9))
        #expect(order.receive(item(8)) == .pass)
        #expect(order.receive(item(9)) == .pass)
    }

    @Test func `a connection that was lost before anything was known counts once something is`() {
        var order = StreamOrder()
        #expect(order.suspect() == false)
        #expect(order.learn(StreamPosition(epoch: "e", offset: 3)) == true)
        #expect(order.isRepairing)
    }

    @Test func `what came first after the connection was away is no proof that nothing was before it`() {
        var order = StreamOrder()
        #expect(order.suspect() == false)
        #expect(order.receive(item(7)) == .pass)
        #expect(order.learn(StreamPosition(epoch: "e", offset: 5)) == true)
        #expect(order.position == StreamPosition(epoch: "e", offset: 5))
    }

    @Test func `a connection that is lost again while history is read means reading it again`() {
        var order = StreamOrder()
        _ = order.receive(item(1))
        #expect(order.suspect() == true)
        #expect(order.suspect() == false, "it is being read")
        let first = order.repaired(opening(1, .recovered([])))
        #expect(first.isIncomplete && order.isRepairing)
        let second = order.repaired(opening(2, .recovered([item(2)])))
        #expect(second.publications == [item(2), state(2)] && !second.isIncomplete)
        #expect(!order.isRepairing)
    }

    @Test func `what cannot be had any more is a reset, and the stream goes on from its new place`() {
        var order = StreamOrder()
        _ = order.receive(item(9))
        _ = order.receive(item(2, "f"))
        let repaired = order.repaired(opening(2, .lost, epoch: "f"))
        #expect(repaired.isReset && repaired.publications.isEmpty)
        #expect(order.receive(item(3, "f")) == .pass)
    }
}
