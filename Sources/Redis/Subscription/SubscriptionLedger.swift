/// Which channels are wanted, which Redis has confirmed, and what remains to be said to make both equal.
///
/// A pure value. Redis answers SSUBSCRIBE channel by channel and in order, so a channel is confirmed when
/// every SSUBSCRIBE sent for it has been answered and it is still wanted.
struct SubscriptionLedger {
    private struct Entry {
        var isWanted = false
        /// The last thing said to Redis on this connection was SSUBSCRIBE.
        var isSent = false
        /// Some call has been told that it is subscribed, so a lost connection does not undo it.
        var isHeld = false
        /// SSUBSCRIBEs not yet answered.
        var unanswered = 0
        var calls: [SubscribeCall] = []

        var isConfirmed: Bool { isWanted && isSent && unanswered == 0 }
    }

    private var entries: [String: Entry] = [:]
    private var changed: Set<String> = []
    private var unanswered = 0

    /// No SSUBSCRIBE awaits its answer and none remains to be sent.
    var isSettled: Bool { unanswered == 0 && changed.isEmpty }

    var isEmpty: Bool { entries.isEmpty }

    /// Wants the `channels` of `call`; those that are confirmed already count at once.
    /// - Parameter channels: those that are this ledger's business; nil is all.
    mutating func want(_ call: SubscribeCall, _ channels: [String]? = nil) {
        for channel in channels.map(Set.init) ?? call.channels {
            var entry = entries[channel] ?? Entry()
            entry.isWanted = true
            if entry.isConfirmed { call.confirmOne() } else { entry.calls.append(call) }
            if !entry.isSent { changed.insert(channel) }
            entries[channel] = entry
        }
    }

    /// Wants `channels` no more. Calls that still wait for one of them wait no longer.
    mutating func release(_ channels: some Sequence<String>) {
        for channel in channels {
            guard var entry = entries[channel], entry.isWanted else { continue }
            entry.isWanted = false
            entry.isHeld = false
            let calls = entry.calls
            entry.calls = []
            entries[channel] = entry
            changed.insert(channel)
            for call in calls { call.confirmOne() }
        }
    }

    /// Takes `call` back: its channels that no other call holds or awaits are released.
    mutating func withdraw(_ call: SubscribeCall) {
        for channel in call.channels {
            guard var entry = entries[channel] else { continue }
            entry.calls.removeAll { $0 === call }
            entries[channel] = entry
            if entry.calls.isEmpty, !entry.isHeld { release([channel]) }
        }
    }

    /// What to say to Redis now.
    mutating func takeChanges() -> (subscribe: [String], unsubscribe: [String]) {
        var subscribe: [String] = []
        var unsubscribe: [String] = []
        for channel in changed {
            guard var entry = entries[channel], entry.isWanted != entry.isSent else {
                forgetIfIdle(channel)
                continue
            }
            entry.isSent = entry.isWanted
            if entry.isWanted {
                entry.unanswered += 1
                unanswered += 1
                subscribe.append(channel)
            } else {
                unsubscribe.append(channel)
            }
            entries[channel] = entry
            forgetIfIdle(channel)
        }
        changed.removeAll(keepingCapacity: true)
        return (subscribe, unsubscribe)
    }

    /// Redis has answered a SSUBSCRIBE.
    mutating func confirm(_ channel: String) {
        guard var entry = entries[channel], entry.unanswered > 0 else { return }
        entry.unanswered -= 1
        unanswered -= 1
        let calls = entry.isConfirmed ? entry.calls : []
        if entry.isConfirmed {
            entry.calls = []
            entry.isHeld = true
        }
        entries[channel] = entry
        forgetIfIdle(channel)
        for call in calls { call.confirmOne() }
    }

    /// The connection is gone and with it all subscriptions; all that is wanted is to be said again.
    mutating func connectionLost() {
        entries = entries.filter { $0.value.isWanted }
        for channel in entries.keys {
            entries[channel]?.isSent = false
            entries[channel]?.unanswered = 0
        }
        unanswered = 0
        changed = Set(entries.keys)
    }

    // MARK: From ledger to ledger

    /// A channel on its way to another connection.
    struct Handover {
        let channel: String
        let calls: [SubscribeCall]
        let isHeld: Bool
    }

    /// Forgets all channels of a kind; returns those that are wanted.
    mutating func handOver(where isMoving: (String) -> Bool) -> [Handover] {
        var handed: [Handover] = []
        for (channel, entry) in entries where isMoving(channel) {
            entries[channel] = nil
            changed.remove(channel)
            unanswered -= entry.unanswered
            guard entry.isWanted else { continue }
            handed.append(Handover(channel: channel, calls: entry.calls, isHeld: entry.isHeld))
        }
        return handed
    }

    mutating func adopt(_ handed: Handover) {
        var entry = entries[handed.channel] ?? Entry()
        entry.isWanted = true
        entry.isHeld = entry.isHeld || handed.isHeld
        if !entry.isSent { changed.insert(handed.channel) }
        let isConfirmed = entry.isConfirmed
        if !isConfirmed { entry.calls += handed.calls }
        entries[handed.channel] = entry
        if isConfirmed { for call in handed.calls { call.confirmOne() } }
    }

    /// Those that some call has been told it is subscribed to.
    var heldChannels: [String] { entries.filter(\.value.isHeld).map(\.key) }

    /// All calls that still wait, each once.
    var waitingCalls: [SubscribeCall] {
        var seen: Set<ObjectIdentifier> = []
        return entries.values.flatMap(\.calls).filter { seen.insert(ObjectIdentifier($0)).inserted }
    }

    private mutating func forgetIfIdle(_ channel: String) {
        guard let entry = entries[channel] else { return }
        if !entry.isWanted, !entry.isSent, entry.unanswered == 0 { entries[channel] = nil }
    }
}

/// One `subscribe` call: done when Redis has confirmed each of its channels. Lives on the event loop.
final class SubscribeCall {
    let channels: Set<String>
    private var missing: Int
    private var done: ((Result<Void, RedisError>) -> Void)?

    init(_ channels: Set<String>, _ done: @escaping (Result<Void, RedisError>) -> Void) {
        self.channels = channels
        self.done = done
        missing = channels.count
    }

    func confirmOne() {
        missing -= 1
        if missing == 0 { finish(.success(())) }
    }

    /// Only the first result counts.
    func finish(_ result: Result<Void, RedisError>) {
        done?(result)
        done = nil
    }

    var isDone: Bool { done == nil }
}
