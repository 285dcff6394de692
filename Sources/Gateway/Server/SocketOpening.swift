import HTTPTypes
import Logging
import NIOCore

/// A request to open a WebSocket on a path that has them.
struct Handshake {
    let request: HTTPRequest
    let admit: Admit
    var hasBody = false
    var isWhole = false
}

/// Answers one handshake: asks who may open it, and makes place for the socket or for the refusal.
///
/// Of HTTP's handlers those before it are gone, or going and yet to hand over bytes that came after the handshake. Where
/// HTTP was spoken before, Hummingbird's are still behind it; nothing that they do may reach the wire. Confined to the
/// loop of its channel.
final class SocketOpening: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = Any

    private let handshake: Handshake
    private let gateway: GatewayChannel
    private let outcome: OutcomePromise
    private let logger: Logger
    /// What the client has sent behind its handshake; as nothing is read, no more than came with it.
    private var early: ByteBuffer
    private var isServerStopping: Bool
    private var isDecided = false
    private var deadline: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(
        _ handshake: Handshake, gateway: GatewayChannel, outcome: OutcomePromise, logger: Logger,
        early: ByteBuffer = ByteBuffer(), isServerStopping: Bool = false
    ) {
        self.handshake = handshake
        self.gateway = gateway
        self.outcome = outcome
        self.logger = logger
        self.early = early
        self.isServerStopping = isServerStopping
    }

    /// To be called once it is in the pipeline.
    func start() {
        guard let context else { return }
        if isStopping { return refuse(.stopping) }
        if handshake.hasBody { return refuse(.malformed) }
        if let refusal = WebSocketHandshake.refusal(of: handshake.request.headerFields) {
            return refuse(refusal)
        }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: gateway.configuration.headTimeout) {
            self.refuse(.tooLate)
        }
        handshake.admit(upgradeRequest(from: context.remoteAddress), context.eventLoop)
            .hop(to: context.eventLoop).assumeIsolated().whenComplete { self.decide($0) }
    }

    private var isStopping: Bool { isServerStopping || gateway.drain.hasBegun }

    private func upgradeRequest(from peer: SocketAddress?) -> UpgradeRequest {
        let address = ClientAddress.resolve(
            peer: peer?.ipAddress, forwardedFor: handshake.request.headerFields[values: .xForwardedFor],
            trusting: gateway.configuration.trustedProxies)
        return UpgradeRequest(handshake.request, remoteAddress: address)
    }

    private func decide(_ result: Result<Admission, any Error>) {
        switch result {
        case .success(.accept(let subprotocol, let terms, let session)) where !isStopping:
            accept(subprotocol, terms, session)
        case .success(.accept):
            refuse(.stopping)
        case .success(let refusal):
            refuse(refusal)
        case .failure(let error):
            logger.error("A WebSocket could not be admitted.", metadata: ["error": "\(error)"])
            refuse(.failed)
        }
    }

    private func accept(
        _ subprotocol: String?, _ terms: SocketTerms,
        _ session: @escaping @Sendable (Socket) -> any SocketSession
    ) {
        guard !isDecided, let context else { return }
        isDecided = true
        let socket = SocketHandler(
            loop: gateway.loops[context.eventLoop], open: gateway.open, terms: terms,
            answer: WebSocketHandshake.acceptance(
                of: handshake.request.headerFields, subprotocol: subprotocol),
            makeSession: session)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(socket, position: .after(self))
            // Not earlier: who waits for the end of all sockets is to find this one counted.
            outcome.decide(.socket)
            if early.readableBytes > 0 {
                context.fireChannelRead(wrapInboundOut(early))
                context.fireChannelReadComplete()
            }
            pipeline.removeHandler(self, promise: nil)
        } catch {
            // Handlers cannot be added to a channel that has just been closed.
            context.close(promise: nil)
        }
    }

    private func refuse(_ refusal: Admission) {
        guard !isDecided, let context else { return }
        isDecided = true
        deadline?.cancel()
        outcome.decide(.ended)
        // It stays: the HTTP decoder may still have bytes to hand over, for which nobody behind has a use.
        RefusedConnection.take(context, saying: refusal)
    }

    // MARK: The life of the connection

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        isDecided = true
        deadline?.cancel()
        outcome.decide(.ended)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDecided else { return }
        var bytes = unwrapInboundIn(data)
        early.writeBuffer(&bytes)
    }

    /// Nothing is read while it is open who shall read it.
    func read(context: ChannelHandlerContext) {
        if isDecided { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: isServerStopping = true
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: From the handlers of an earlier HTTP life

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
    }

    func flush(context: ChannelHandlerContext) {}

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all:
            context.close(mode: .all, promise: promise)
        case .input:
            // The task that served HTTP has been cancelled: the server stops without grace.
            refuse(.stopping)
            promise?.succeed()
        case .output:
            promise?.succeed()
        }
    }
}
