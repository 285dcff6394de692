import NIOCore

/// Publications of one stream that go out together, in order.
struct StreamBatch: Sendable {
    let channel: String
    var publications: [Publication]
    /// Before them the members are told that they have missed something for good.
    var isReset = false
}

/// The members of streams on one event loop.
///
/// A session belongs to one loop for life, so a shard needs no lock: it is touched on its loop only.
final class Shard {
    private struct Stream {
        let id: String
        var groups: [StreamKey: StreamGroup] = [:]
        var newcomers: [StreamKey: [ObjectIdentifier: Newcomer]] = [:]
    }

    private let eventLoop: any EventLoop
    private let frameHeader: FrameHeaderWriter
    private var streams: [String: Stream] = [:]

    init(eventLoop: any EventLoop, frameHeader: @escaping FrameHeaderWriter) {
        self.eventLoop = eventLoop
        self.frameHeader = frameHeader
    }

    /// From now on everything that is published waits for the member, until it goes live.
    func add(_ member: any StreamMember, to stream: any RecoverableStream, as key: StreamKey) {
        eventLoop.preconditionInEventLoop()
        streams[stream.channel, default: Stream(id: stream.id)]
            .newcomers[key, default: [:]][ObjectIdentifier(member)] = Newcomer(member)
    }

    /// Takes a member aside again, as history is read for it.
    func hold(_ member: any StreamMember, of channel: String, as key: StreamKey) {
        eventLoop.preconditionInEventLoop()
        let id = ObjectIdentifier(member)
        if streams[channel]?.groups[key]?.remove(member) == true {
            streams[channel]?.newcomers[key, default: [:]][id] = Newcomer(member)
        } else {
            streams[channel]?.newcomers[key]?[id]?.hold()
        }
    }

    /// Gives the member what came while its opening was read and sent, and from now on what is live.
    ///
    /// Returns false when too much came meanwhile: the member has to load anew.
    func goLive(
        _ member: any StreamMember, on channel: String, as key: StreamKey, from position: StreamPosition
    ) -> Bool {
        eventLoop.preconditionInEventLoop()
        guard let news = streams[channel]?.newcomers[key]?[ObjectIdentifier(member)]?.opened(at: position)
        else { return true }
        if !news.isEmpty { member.deliver(group(key, of: channel).frames(news)) }
        return streams[channel]?.newcomers[key]?[ObjectIdentifier(member)]?.isOverrun == false
    }

    /// Returns whether the member was there.
    func remove(_ member: any StreamMember, from channel: String, as key: StreamKey) -> Bool {
        eventLoop.preconditionInEventLoop()
        guard var stream = streams[channel] else { return false }
        var wasThere = stream.groups[key]?.remove(member) ?? false
        if stream.newcomers[key]?.removeValue(forKey: ObjectIdentifier(member)) != nil { wasThere = true }
        if stream.groups[key]?.isEmpty == true { stream.groups[key] = nil }
        if stream.newcomers[key]?.isEmpty == true { stream.newcomers[key] = nil }
        streams[channel] = stream.groups.isEmpty && stream.newcomers.isEmpty ? nil : stream
        return wasThere
    }

    func deliver(_ batches: [StreamBatch]) {
        eventLoop.preconditionInEventLoop()
        for batch in batches where streams[batch.channel] != nil {
            if batch.isReset { reset(batch.channel) }
            guard !batch.publications.isEmpty else { continue }
            if streams[batch.channel]?.newcomers.isEmpty == false {
                welcome(batch.publications, on: batch.channel)
            }
            for group in streams[batch.channel]?.groups.values ?? [:].values where !group.isEmpty {
                group.deliver(group.frames(batch.publications))
            }
        }
    }

    /// Gives newcomers what is theirs alone; those that the live stream has reached join their group.
    private func welcome(_ publications: [Publication], on channel: String) {
        for (key, newcomers) in streams[channel]?.newcomers ?? [:] {
            var whole: ByteBuffer?
            for (id, newcomer) in newcomers {
                var newcomer = newcomer
                if let own = newcomer.receive(publications) {
                    if own.count == publications.count {
                        let frames = whole ?? group(key, of: channel).frames(own)
                        newcomer.member.deliver(frames)
                        whole = frames
                    } else if !own.isEmpty {
                        newcomer.member.deliver(group(key, of: channel).frames(own))
                    }
                    streams[channel]?.newcomers[key]?[id] = newcomer
                } else {
                    let group = group(key, of: channel)
                    streams[channel]?.groups[key, default: group].add(newcomer.member)
                    streams[channel]?.newcomers[key]?[id] = nil
                }
            }
            if streams[channel]?.newcomers[key]?.isEmpty == true { streams[channel]?.newcomers[key] = nil }
        }
    }

    private func reset(_ channel: String) {
        guard let stream = streams[channel] else { return }
        for group in stream.groups.values { group.deliver(group.reset) }
        for (key, newcomers) in stream.newcomers {
            for (id, newcomer) in newcomers {
                var newcomer = newcomer
                if newcomer.overrun() { newcomer.member.deliver(group(key, of: channel).reset) }
                streams[channel]?.newcomers[key]?[id] = newcomer
            }
        }
    }

    private func group(_ key: StreamKey, of channel: String) -> StreamGroup {
        streams[channel]?.groups[key]
            ?? StreamGroup(key, streamID: streams[channel]?.id ?? "", frameHeader)
    }
}
