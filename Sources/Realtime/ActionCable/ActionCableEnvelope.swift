import NIOCore

/// Everything around the payload of a publication to one subscription. Payloads are JSON already: they are spliced
/// in, not read.
package struct ActionCableEnvelope: Sendable {

    private let identifier: String
    private let prefix: ByteBuffer
    /// Of a publication with a position, up to the epoch; nil where positions are not told.
    private let positionPrefix: ByteBuffer?
    private static let offsetPrefix = ByteBuffer(string: #"","offset":"#)

    package init(_ identifier: String, _ dialect: ActionCableDialect, streamID: String) {
        self.identifier = identifier
        prefix = ByteBuffer(string: ActionCableFrame.messagePrefix(identifier))
        positionPrefix =
            dialect == .extended
            ? ByteBuffer(string: #","stream_id":\#(JSONText.string(streamID)),"epoch":""#) : nil
    }

    /// Bytes that `write` takes.
    func length(of publication: Publication) -> Int {
        var length = prefix.readableBytes + publication.payload.readableBytes + 1
        if let positionPrefix, let position = publication.recoverable {
            length += positionPrefix.readableBytes + position.epoch.utf8.count
            length += Self.offsetPrefix.readableBytes + position.offset.decimalDigits
        }
        return length
    }

    func write(_ publication: Publication, into out: inout ByteBuffer) {
        out.writeImmutableBuffer(prefix)
        out.writeImmutableBuffer(publication.payload)
        if let positionPrefix, let position = publication.recoverable {
            out.writeImmutableBuffer(positionPrefix)
            out.writeString(position.epoch)
            out.writeImmutableBuffer(Self.offsetPrefix)
            out.writeString(String(position.offset))
        }
        out.writeInteger(UInt8(ascii: "}"))
    }
}

extension ActionCableEnvelope {
    package func text(of publication: Publication) -> ByteBuffer {
        var text = ByteBufferAllocator().buffer(capacity: length(of: publication))
        write(publication, into: &text)
        return text
    }

    /// The texts that tell a client to load anew.
    package var reset: [ByteBuffer] {
        let message = ActionCableFrame.message(identifier, ActionCableFrame.reset)
        return positionPrefix == nil ? [message] : [message, ActionCableFrame.rejectHistory(identifier)]
    }
}

extension Int {
    /// Of a number that is not negative.
    fileprivate var decimalDigits: Int {
        var (digits, rest) = (1, self / 10)
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }
}
