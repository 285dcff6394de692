import Realtime
import Testing

@Suite struct ActionCableSubscriptionsTests {
    private typealias Subscriptions = ActionCableSubscriptions<Int>

    @Test func `a subscription is confirmed once, whatever is repeated`() {
        var subscriptions = Subscriptions(limit: 10)
        #expect(subscriptions.subscribe("a") == .begin)
        #expect(subscriptions.subscribe("a") == .ignore)
        #expect(subscriptions.confirm("a", 1) == true)
        #expect(subscriptions.subscribe("a") == .ignore)
        #expect(subscriptions.confirm("a", 1) == false)
        #expect(subscriptions.channel("a") == 1)
    }

    @Test func `there is no channel before the confirmation`() {
        var subscriptions = Subscriptions(limit: 10)
        _ = subscriptions.subscribe("a")
        #expect(subscriptions.channel("a") == nil)
        #expect(subscriptions.active.isEmpty)
    }

    @Test func `whoever unsubscribes while it is pending is told nothing afterwards`() {
        var subscriptions = Subscriptions(limit: 10)
        _ = subscriptions.subscribe("a")
        #expect(subscriptions.unsubscribe("a") == nil)
        #expect(subscriptions.confirm("a", 1) == false)
        #expect(subscriptions.reject("a") == false)
        #expect(subscriptions.active.isEmpty)
    }

    @Test func `a rejected subscription may be tried again`() {
        var subscriptions = Subscriptions(limit: 10)
        _ = subscriptions.subscribe("a")
        #expect(subscriptions.reject("a") == true)
        #expect(subscriptions.reject("a") == false)
        #expect(subscriptions.subscribe("a") == .begin)
    }

    @Test func `an active subscription cannot be rejected`() {
        var subscriptions = Subscriptions(limit: 10)
        _ = subscriptions.subscribe("a")
        _ = subscriptions.confirm("a", 1)
        #expect(subscriptions.reject("a") == false)
        #expect(subscriptions.channel("a") == 1)
    }

    @Test func `unsubscribing gives back the channel to leave, once`() {
        var subscriptions = Subscriptions(limit: 10)
        _ = subscriptions.subscribe("a")
        _ = subscriptions.confirm("a", 7)
        #expect(subscriptions.unsubscribe("a") == 7)
        #expect(subscriptions.unsubscribe("a") == nil)
        #expect(subscriptions.unsubscribe("never") == nil)
        #expect(subscriptions.subscribe("a") == .begin)
    }

    @Test func `pending ones count against the limit, and places come free`() {
        var subscriptions = Subscriptions(limit: 2)
        #expect(subscriptions.subscribe("a") == .begin)
        #expect(subscriptions.subscribe("b") == .begin)
        #expect(subscriptions.subscribe("c") == .tooMany)
        #expect(subscriptions.subscribe("a") == .ignore)
        #expect(subscriptions.reject("a") == true)
        #expect(subscriptions.subscribe("c") == .begin)
    }

    @Test func `identifiers are compared byte for byte`() {
        var subscriptions = Subscriptions(limit: 10)
        _ = subscriptions.subscribe(#"{"id":1}"#)
        #expect(subscriptions.subscribe(#"{"id": 1}"#) == .begin)
    }

    @Test func `all active ones are known, to be left when the socket closes`() {
        var subscriptions = Subscriptions(limit: 10)
        for (identifier, channel) in [("a", 1), ("b", 2), ("c", 3)] {
            _ = subscriptions.subscribe(identifier)
            if channel < 3 { _ = subscriptions.confirm(identifier, channel) }
        }
        #expect(subscriptions.active.map(\.channel).sorted() == [1, 2])
    }

    @Test func `two spellings of a letter are two subscriptions`() {
        var subscriptions = ActionCableSubscriptions<Int>(limit: 10)
        #expect(subscriptions.subscribe("caf\u{e9}") == .begin)
        #expect(subscriptions.subscribe("cafe\u{301}") == .begin)
        #expect(subscriptions.confirm("caf\u{e9}", 1) == true)
        #expect(subscriptions.channel("cafe\u{301}") == nil)
    }
}
