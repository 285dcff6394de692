import NIOConcurrencyHelpers
import NIOCore

/// Which streams this process listens to, and how many of its members want each.
///
/// A stream is subscribed when its first member comes and given up some seconds after its last one left, so
/// that a page reload costs Redis nothing. `generation` tells a linger that somebody came back meanwhile.
struct Interest: Sendable {
    enum Join: Sendable {
        /// The first one: subscribe, then call `subscribed`.
        case subscribe
        /// Another one is subscribing: wait for it.
        case wait
        case ready
    }

    private struct Entry {
        var members = 0
        var generation = 0
        var isReady = false
        var waiting: [@Sendable (Bool) -> Void] = []
    }

    private var entries: [String: Entry] = [:]

    func wants(_ stream: String) -> Bool { entries[stream] != nil }
    var streams: Int { entries.count }

    /// `waiter` is kept only when the answer is not `.ready`, and called with whether the stream is listened to.
    mutating func join(_ stream: String, _ waiter: @escaping @Sendable (Bool) -> Void) -> Join {
        var entry = entries[stream] ?? Entry()
        defer { entries[stream] = entry }
        let isFirst = entries[stream] == nil
        entry.members += 1
        entry.generation += 1
        if entry.isReady { return .ready }
        entry.waiting.append(waiter)
        return isFirst ? .subscribe : .wait
    }

    /// Redis confirmed the subscription, or refused it; returns whom to tell.
    mutating func subscribed(_ stream: String, _ succeeded: Bool) -> [@Sendable (Bool) -> Void] {
        guard var entry = entries[stream] else { return [] }
        let waiting = entry.waiting
        entry.waiting = []
        entry.isReady = succeeded
        entries[stream] = succeeded ? entry : nil
        return waiting
    }

    /// Returns the generation to come back with after the linger, when this was the last member.
    mutating func leave(_ stream: String) -> Int? {
        guard var entry = entries[stream] else { return nil }
        entry.members -= 1
        entries[stream] = entry
        return entry.members == 0 ? entry.generation : nil
    }

    /// Returns whether to unsubscribe: nobody has come since the linger of this generation began.
    mutating func lingered(_ stream: String, _ generation: Int) -> Bool {
        guard let entry = entries[stream], entry.members == 0, entry.generation == generation else {
            return false
        }
        entries[stream] = nil
        return true
    }
}
