import NIOCore

/// Which streams this process listens to, how many of its members want each, and how far each has been passed on.
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
        let stream: any RecoverableStream
        var order = StreamOrder()
        var members = 0
        var generation = 0
        var isReady = false
        var waiting: [@Sendable (Bool) -> Void] = []
        var burst = Burst()
    }

    private var entries: [String: Entry] = [:]

    func wants(_ channel: String) -> Bool { entries[channel] != nil }
    var streams: Int { entries.count }

    /// `waiter` is kept only when the answer is not `.ready`, and called with whether the stream is listened to.
    mutating func join(_ stream: any RecoverableStream, _ waiter: @escaping @Sendable (Bool) -> Void) -> Join
    {
        let isFirst = entries[stream.channel] == nil
        var entry = entries[stream.channel] ?? Entry(stream: stream)
        defer { entries[stream.channel] = entry }
        entry.members += 1
        entry.generation += 1
        if entry.isReady { return .ready }
        entry.waiting.append(waiter)
        return isFirst ? .subscribe : .wait
    }

    /// Redis confirmed the subscription, or refused it; returns whom to tell.
    mutating func subscribed(_ channel: String, _ succeeded: Bool) -> [@Sendable (Bool) -> Void] {
        guard var entry = entries[channel] else { return [] }
        let waiting = entry.waiting
        entry.waiting = []
        entry.isReady = succeeded
        entries[channel] = succeeded ? entry : nil
        return waiting
    }

    /// Returns the generation to come back with after the linger, when this was the last member.
    mutating func leave(_ channel: String) -> Int? {
        guard var entry = entries[channel] else { return nil }
        entry.members -= 1
        entries[channel] = entry
        return entry.members == 0 ? entry.generation : nil
    }

    /// Returns whether to unsubscribe: nobody has come since the linger of this generation began.
    mutating func lingered(_ channel: String, _ generation: Int) -> Bool {
        guard let entry = entries[channel], entry.members == 0, entry.generation == generation else {
            return false
        }
        entries[channel] = nil
        return true
    }

    /// Whether to wait a moment for more of this stream before its members are written to.
    mutating func gathers(_ channel: String, _ publications: Int, at now: NIODeadline) -> Bool {
        guard let members = entries[channel]?.members, members >= Burst.worthwhile else { return false }
        return entries[channel]?.burst.gathers(publications, at: now) ?? false
    }

    mutating func gathered(_ channel: String, _ publications: Int, at now: NIODeadline) {
        entries[channel]?.burst.seen(publications, at: now)
    }

    // MARK: Order

    mutating func receive(_ publication: Publication, on channel: String) -> StreamOrder.Verdict {
        entries[channel]?.order.receive(publication) ?? .drop
    }

    /// Returns whether history has to be read.
    mutating func learn(_ position: StreamPosition, of channel: String) -> Bool {
        entries[channel]?.order.learn(position) ?? false
    }

    /// The connection was away; returns those of the channels (nil is all) whose history has to be read.
    mutating func suspect(_ channels: [String]?) -> [String] {
        (channels ?? Array(entries.keys)).filter { entries[$0]?.order.suspect() ?? false }
    }

    /// What to read to repair a stream, and from where; nil when nobody wants it any more.
    func broken(_ channel: String) -> (stream: any RecoverableStream, position: StreamPosition)? {
        guard let entry = entries[channel], entry.order.isRepairing, let position = entry.order.position
        else {
            return nil
        }
        return (entry.stream, position)
    }

    mutating func repaired(_ channel: String, _ opening: StreamOpening) -> StreamOrder.Repaired? {
        guard entries[channel]?.order.isRepairing == true else { return nil }
        return entries[channel]?.order.repaired(opening)
    }
}
