import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// An accepted connection, and what becomes of it once its first request has been read.
package struct GatewayConnection: ServerChildChannelValue {
    enum Outcome: Sendable {
        /// Hummingbird serves it.
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        /// It carries a WebSocket, by itself.
        case socket
        /// It ended before, or was refused.
        case ended
    }

    package let channel: any Channel
    let outcome: EventLoopFuture<Outcome>
}
