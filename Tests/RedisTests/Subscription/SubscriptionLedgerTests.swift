import Synchronization
import Testing

@testable import Redis

@Suite struct SubscriptionLedgerTests {
    @Test func `a call is done when each of its channels is confirmed`() {
        var ledger = SubscriptionLedger()
        let (call, isDone) = makeCall("a", "b")
        ledger.want(call)
        expectSaid(["a", "b"], by: &ledger)
        ledger.confirm("a")
        #expect(!isDone() && !ledger.isSettled)
        ledger.confirm("b")
        #expect(isDone() && ledger.isSettled)
    }

    @Test func `a channel that is subscribed already needs nothing`() {
        var ledger = subscribed("a")
        let (call, isDone) = makeCall("a")
        ledger.want(call)
        #expect(isDone())
        expectSaid(by: &ledger)
    }

    @Test func `two calls for one channel are one SUBSCRIBE`() {
        var ledger = SubscriptionLedger()
        let (first, isFirstDone) = makeCall("a")
        let (second, isSecondDone) = makeCall("a")
        ledger.want(first)
        ledger.want(second)
        expectSaid(["a"], by: &ledger)
        ledger.confirm("a")
        #expect(isFirstDone() && isSecondDone())
    }

    @Test func `wanted and released within one turn is nothing to say`() {
        var ledger = SubscriptionLedger()
        ledger.want(makeCall("a").0)
        ledger.release(["a"])
        expectSaid(by: &ledger)
        #expect(ledger.isEmpty)
    }

    @Test func `a channel left and taken again is confirmed by the second answer only`() {
        var ledger = SubscriptionLedger()
        ledger.want(makeCall("a").0)
        _ = ledger.takeChanges()
        ledger.release(["a"])
        expectSaid(unsubscribe: ["a"], by: &ledger)
        let (again, isDone) = makeCall("a")
        ledger.want(again)
        expectSaid(["a"], by: &ledger)
        ledger.confirm("a")
        #expect(!isDone())
        ledger.confirm("a")
        #expect(isDone())
    }

    @Test func `after a lost connection all that is wanted is said again, and nothing else`() {
        var ledger = subscribed("a", "b")
        ledger.release(["b"])
        _ = ledger.takeChanges()
        let (waiting, isDone) = makeCall("c")
        ledger.want(waiting)
        ledger.connectionLost()
        expectSaid(["a", "c"], by: &ledger)
        ledger.confirm("a")
        ledger.confirm("c")
        #expect(isDone() && ledger.isSettled)
    }

    @Test func `a call taken back leaves what others want`() {
        var ledger = subscribed("kept")
        let (other, isOtherDone) = makeCall("shared")
        let (call, _) = makeCall("kept", "shared", "own")
        ledger.want(other)
        ledger.want(call)
        expectSaid(["shared", "own"], by: &ledger)
        call.finish(.failure(RedisError(.timeout, "")))
        ledger.withdraw(call)
        expectSaid(unsubscribe: ["own"], by: &ledger)
        ledger.confirm("shared")
        ledger.confirm("own")
        #expect(isOtherDone() && ledger.isSettled)
    }

    @Test func `a call that fails while the connection is away takes no channel from its holders`() {
        var ledger = subscribed("held")
        ledger.connectionLost()
        let (call, _) = makeCall("held")
        ledger.want(call)
        ledger.withdraw(call)
        expectSaid(["held"], by: &ledger)
    }

    @Test func `released channels are forgotten once Redis has answered`() {
        var ledger = subscribed("a")
        ledger.release(["a"])
        _ = ledger.takeChanges()
        #expect(ledger.isEmpty)
    }

    @Test func `a channel that is handed over is said by its new ledger alone, and its calls are done there`()
    {
        var (old, new) = (subscribed("held"), SubscriptionLedger())
        let (call, isDone) = makeCall("asked", "other")
        old.want(call, ["asked"])
        _ = old.takeChanges()
        new.want(call, ["other"])
        let handed = old.handOver { $0 != "other" }
        #expect(old.isEmpty && old.isSettled)
        #expect(handed.first { $0.channel == "held" }?.isHeld == true)
        for channel in handed { new.adopt(channel) }
        // Too late: it is not the old one's any more.
        old.confirm("asked")
        expectSaid(["held", "asked", "other"], by: &new)
        for channel in ["held", "asked", "other"] { new.confirm(channel) }
        #expect(isDone() && new.isSettled)
        #expect(Set(new.heldChannels) == ["held", "asked", "other"])
    }

    @Test func `what nobody wants any more is not handed over`() {
        var ledger = subscribed("a", "b")
        ledger.release(["a"])
        #expect(ledger.handOver { _ in true }.map(\.channel) == ["b"])
        expectSaid(by: &ledger)
    }

    private func expectSaid(
        _ subscribe: Set<String> = [], unsubscribe: Set<String> = [], by ledger: inout SubscriptionLedger,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let changes = ledger.takeChanges()
        #expect(Set(changes.subscribe) == subscribe, sourceLocation: sourceLocation)
        #expect(Set(changes.unsubscribe) == unsubscribe, sourceLocation: sourceLocation)
    }

    private func subscribed(_ channels: String...) -> SubscriptionLedger {
        var ledger = SubscriptionLedger()
        ledger.want(SubscribeCall(Set(channels)) { _ in })
        for channel in ledger.takeChanges().subscribe { ledger.confirm(channel) }
        return ledger
    }

    private func makeCall(_ channels: String...) -> (SubscribeCall, () -> Bool) {
        let call = SubscribeCall(Set(channels)) { _ in }
        return (call, { call.isDone })
    }
}
