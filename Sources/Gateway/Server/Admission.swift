import HTTPTypes
import NIOCore

/// The answer to a request to open a WebSocket.
package enum Admission: Sendable {
    /// Become a WebSocket. The subprotocol must be one the client offered, or nil. The session is made, and
    /// from then on lives, on the event loop of the connection.
    case accept(
        subprotocol: String?, terms: SocketTerms = .text,
        session: @Sendable (Socket) -> any SocketSession)

    /// Stay HTTP: the client gets this status with `{"error":{"code","message"}}`, and the connection ends.
    case refuse(
        status: HTTPResponse.Status, code: String, message: String, headers: HTTPFields = [:])
}

/// Decides who may open a WebSocket. Called on the event loop of the connection; the future may be of
/// another. A failed future is answered with 500; one that takes longer than the head timeout with 503.
package typealias Admit = @Sendable (UpgradeRequest, any EventLoop) -> EventLoopFuture<Admission>
