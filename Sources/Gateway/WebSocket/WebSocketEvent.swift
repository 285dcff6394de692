import NIOCore

/// What a peer has said, once it is whole, unmasked and valid.
package enum WebSocketEvent: Equatable, Sendable {
    case text(ByteBuffer)
    case binary(ByteBuffer)
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// The code is nil when the close frame was empty.
    case close(WebSocketCloseCode?, reason: String)
}

/// A breach of RFC 6455 or of a limit, with the close code that answers it. Nothing that comes after
/// it can be trusted, so the connection ends.
package struct WebSocketFailure: Error, Equatable {
    package let code: WebSocketCloseCode
    package let reason: String

    static func protocolError(_ reason: String) -> Self {
        Self(code: .protocolError, reason: reason)
    }

    static let notUTF8 = Self(code: .invalidPayload, reason: "not UTF-8")
}
