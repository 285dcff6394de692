import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// The way from an accepted connection to REST or to a WebSocket, on one port.
///
///     accept ─▶ [FirstBytes]
///                  │ a handshake on a path of `sockets`, in one piece
///                  ├─▶ [SocketOpening] ─▶ [SocketHandler]                                  no task
///                  │         ▲  a handshake that comes otherwise, as the first request or a later one
///                  │ else    │
///                  └─▶ [encoder][HTTP decoder][codec][ProtocolSwitch]
///                            │ an ordinary request
///                            └─▶ … [ProtocolSwitch][HTTPConnectionStateHandler][NIOAsyncChannel]   Hummingbird's task
///
/// Whoever is refused meets `RefusedConnection`.
/// All the rest of HTTP (router, middleware, bodies with backpressure, graceful shutdown) is Hummingbird's.
package struct GatewayChannel: ServerChildChannel, HTTPChannelHandler {
    package struct Configuration: Sendable {
        package var webSocket = WebSocketConfiguration()

        /// The longest that the head of a first request, or any part of opening a WebSocket, may take.
        package var headTimeout: TimeAmount = .seconds(10)

        /// The longest that an HTTP connection is kept with nothing to do.
        package var idleTimeout: TimeAmount = .seconds(60)

        /// How long the other end of a connection may be gone without a word until that is noticed.
        package var deadPeerTimeout: TimeAmount = .seconds(20)

        /// Whose `X-Forwarded-For` is believed.
        package var trustedProxies = TrustedProxies()

        package init() {}
    }

    package let responder: HTTPChannelHandler.Responder
    let sockets: [String: Admit]
    let configuration: Configuration
    let open = OpenSockets()
    let loops: SocketLoops
    let drain: Drain

    /// `sockets` says, by path, who may open a WebSocket there.
    package init(
        sockets: [String: Admit], configuration: Configuration = .init(), drain: Drain = .init(),
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.sockets = sockets
        self.configuration = configuration
        self.responder = responder
        self.loops = SocketLoops(configuration: configuration.webSocket)
        self.drain = drain
        drain.whenBegun { [loops] in loops.drainAll() }
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<GatewayConnection> {
        channel.eventLoop.makeCompletedFuture {
            try DeadPeers(limit: configuration.deadPeerTimeout).watch(channel)
            let outcome = OutcomePromise(on: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(
                FirstBytes(self, outcome: outcome, logger: logger))
            return GatewayConnection(channel: channel, outcome: outcome.future)
        }
    }

    /// The handshake that a request is; nil of any other request.
    func handshake(asking request: HTTPRequest) -> Handshake? {
        guard WebSocketHandshake.isAsked(by: request) else { return nil }
        return sockets[RequestTarget(request.path ?? "").path].map { Handshake(request: request, admit: $0) }
    }

    package func handle(value connection: GatewayConnection, logger: Logger) async {
        do {
            switch try await connection.outcome.get() {
            case .http(let channel):
                // Wherever connections are accepted: what requests ask for may take long to compute.
                await withTaskExecutorPreference(globalConcurrentExecutor) {
                    await handleHTTP(asyncChannel: channel, logger: logger)
                }
            case .socket:
                await open.wait(onCancel: { [loops] in
                    loops.closeAll(code: .goingAway, reason: "server is stopping")
                })
            case .ended:
                break
            }
        } catch {
            logger.debug("A connection ended before its first request.", metadata: ["error": "\(error)"])
        }
    }
}

extension HTTPServerBuilder {
    /// REST by the application's router and WebSockets on the paths of `sockets`, on one port.
    package static func gateway(
        sockets: [String: Admit], configuration: GatewayChannel.Configuration = .init(),
        drain: Drain = .init()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            GatewayChannel(sockets: sockets, configuration: configuration, drain: drain, responder: responder)
        }
    }
}
