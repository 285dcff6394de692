import NIOCore

/// The members of one stream with one key: what they are given is encoded once for all of them.
struct StreamGroup {
    private let envelope: ActionCableEnvelope
    private let frameHeader: FrameHeaderWriter
    private var members: ContiguousArray<any StreamMember> = []
    /// Where each member stands in the array, so that leaving does not search it.
    private var places: [ObjectIdentifier: Int] = [:]

    init(_ key: StreamKey, streamID: String, _ frameHeader: @escaping FrameHeaderWriter) {
        envelope = ActionCableEnvelope(key.identifier, key.dialect, streamID: streamID)
        self.frameHeader = frameHeader
    }

    var isEmpty: Bool { members.isEmpty }

    mutating func add(_ member: any StreamMember) {
        guard places[ObjectIdentifier(member)] == nil else { return }
        places[ObjectIdentifier(member)] = members.count
        members.append(member)
    }

    mutating func remove(_ member: any StreamMember) -> Bool {
        guard let place = places.removeValue(forKey: ObjectIdentifier(member)) else { return false }
        let last = members.removeLast()
        if last !== member {
            members[place] = last
            places[ObjectIdentifier(last)] = place
        }
        return true
    }

    /// All of it in one piece, so that a member costs one call however much was published.
    func frames(_ publications: some Collection<Publication>) -> ByteBuffer {
        var size = 0
        for publication in publications { size += envelope.length(of: publication) + 10 }
        var frames = ByteBufferAllocator().buffer(capacity: size)
        for publication in publications {
            frameHeader(envelope.length(of: publication), &frames)
            envelope.write(publication, into: &frames)
        }
        return frames
    }

    /// Tells that something is missing for good.
    var reset: ByteBuffer {
        var frames = ByteBuffer()
        for text in envelope.reset {
            frameHeader(text.readableBytes, &frames)
            frames.writeImmutableBuffer(text)
        }
        return frames
    }

    func deliver(_ frames: ByteBuffer) {
        for member in members { member.deliver(frames) }
    }
}

/// Writes what stands before a text of so many bytes on the wire.
package typealias FrameHeaderWriter = @Sendable (_ length: Int, _ out: inout ByteBuffer) -> Void
