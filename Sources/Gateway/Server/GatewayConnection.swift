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

/// What becomes of a connection, said once; later words do not count. Confined to the loop of its channel.
final class OutcomePromise {
    private let promise: EventLoopPromise<GatewayConnection.Outcome>
    private var isKept = false

    init(on eventLoop: any EventLoop) {
        promise = eventLoop.makePromise()
    }

    var future: EventLoopFuture<GatewayConnection.Outcome> { promise.futureResult }

    func decide(_ outcome: GatewayConnection.Outcome) {
        guard !isKept else { return }
        isKept = true
        promise.succeed(outcome)
    }
}
