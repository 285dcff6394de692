import NIOCore

/// One item on a stream, as a script published it: a header line, then the JSON that clients get.
///
///     17 0f3a9c\n{"type":"new_message",…}     numbered 17 in epoch 0f3a9c: recoverable
///     \n{"type":"typing",…}                   no position: harmless to miss
///     ~\n{"type":"persisted",…}               harmless to miss, and to hear a moment later
package struct Publication: Sendable, Equatable {
    package let position: StreamPosition?
    package let payload: ByteBuffer
    package enum Kind: Sendable, Equatable {
        case news
        /// It may wait a moment, to go out with what comes next on the stream. Never numbered.
        case patient
        /// Instead of what had no position and may have been missed: how things are for who stands at `position`.
        case state
    }
    let kind: Kind

    package init(_ payload: ByteBuffer, at position: StreamPosition?) {
        self.payload = payload
        self.position = position
        kind = .news
    }

    init(state: ByteBuffer, at position: StreamPosition) {
        payload = state
        self.position = position
        kind = .state
    }

    /// Nil when the bytes are not a publication; whoever published them is not one of ours.
    package init?(_ message: ByteBuffer) {
        guard let end = message.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let length = end - message.readerIndex
        var rest = message
        guard let header = rest.readString(length: length) else { return nil }
        rest.moveReaderIndex(forwardBy: 1)
        payload = rest
        kind = header == "~" ? .patient : .news
        if header.isEmpty || kind == .patient {
            position = nil
        } else {
            let parts = header.split(separator: " ")
            guard parts.count == 2, let offset = Int(parts[0]), offset >= 0 else { return nil }
            position = StreamPosition(epoch: String(parts[1]), offset: offset)
        }
    }
}

extension Publication {
    /// Whether it is no news to who has had everything up to `reached`.
    func isKnown(at reached: StreamPosition) -> Bool {
        guard let position else { return false }
        return reached.includes(position) && !(kind == .state && position == reached)
    }

    /// What clients are told to go on from.
    var recoverable: StreamPosition? { kind == .state ? nil : position }
}
