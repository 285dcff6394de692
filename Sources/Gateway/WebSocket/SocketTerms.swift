import NIOCore

/// What the sockets of one path carry, where it is not what `WebSocketConfiguration` says of all. One value
/// serves all sockets of a path, so it is held by reference.
package final class SocketTerms: Sendable {
    /// Whether binary messages are taken; otherwise the first is refused with 1003 at its header.
    let acceptsBinary: Bool
    /// Bytes; nil is the server's limit.
    let maxMessageBytes: Int?
    let maxOutboundBytes: Int?
    /// An encoded frame that goes ahead of the close frame (1013) of a client that reads too slowly, in the
    /// words of its protocol; nil for a close frame alone.
    let lastWordsToTheSlow: ByteBuffer?

    package static let text = SocketTerms()

    package init(
        acceptsBinary: Bool = false, maxMessageBytes: Int? = nil, maxOutboundBytes: Int? = nil,
        lastWordsToTheSlow: ByteBuffer? = nil
    ) {
        self.acceptsBinary = acceptsBinary
        self.maxMessageBytes = maxMessageBytes
        self.maxOutboundBytes = maxOutboundBytes
        self.lastWordsToTheSlow = lastWordsToTheSlow
    }
}
