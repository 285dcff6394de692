import NIOCore

/// Who gets the publications of a stream: in a gateway, a session. Confined to its shard's event loop.
package protocol StreamMember: AnyObject {
    /// Called once per publication with bytes that all members of the subscription share.
    func deliver(_ frame: ByteBuffer)
}

/// The members of streams on one event loop.
///
/// A session belongs to one loop for life, so a shard needs no lock: it is touched on its loop only. Members
/// are grouped by identifier, because the frame differs by identifier and is encoded once for each.
final class Shard {
    private struct Group {
        let prefix: String
        var members: [ObjectIdentifier: any StreamMember] = [:]
    }

    private let eventLoop: any EventLoop
    private let encode: @Sendable (ByteBuffer) -> ByteBuffer
    private var streams: [String: [String: Group]] = [:]

    init(eventLoop: any EventLoop, encode: @escaping @Sendable (ByteBuffer) -> ByteBuffer) {
        self.eventLoop = eventLoop
        self.encode = encode
    }

    func add(_ member: any StreamMember, to stream: String, as identifier: String) {
        eventLoop.preconditionInEventLoop()
        streams[stream, default: [:]][
            identifier, default: Group(prefix: ActionCableFrame.messagePrefix(identifier))
        ].members[ObjectIdentifier(member)] = member
    }

    /// Returns whether the member was there.
    func remove(_ member: any StreamMember, from stream: String, as identifier: String) -> Bool {
        eventLoop.preconditionInEventLoop()
        guard streams[stream]?[identifier]?.members.removeValue(forKey: ObjectIdentifier(member)) != nil
        else {
            return false
        }
        if streams[stream]?[identifier]?.members.isEmpty == true { streams[stream]?[identifier] = nil }
        if streams[stream]?.isEmpty == true { streams[stream] = nil }
        return true
    }

    func deliver(_ publications: [(stream: String, publication: Publication)]) {
        eventLoop.preconditionInEventLoop()
        for (stream, publication) in publications {
            guard let groups = streams[stream] else { continue }
            for group in groups.values {
                var text = ByteBufferAllocator().buffer(
                    capacity: group.prefix.utf8.count + publication.payload.readableBytes + 1)
                text.writeString(group.prefix)
                text.writeImmutableBuffer(publication.payload)
                text.writeInteger(UInt8(ascii: "}"))
                let frame = encode(text)
                for member in group.members.values { member.deliver(frame) }
            }
        }
    }
}
