import Logging
import NIOCore

/// The only handler of a connection that has not said anything yet.
///
/// A handshake in one piece goes on without HTTP's handlers (`HandshakeHead`, `SocketOpening`). For everything else they
/// are put in, and get the bytes as they came. Confined to the loop of its channel.
final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let gateway: GatewayChannel
    private let outcome: OutcomePromise
    private let logger: Logger
    private var deadline: Scheduled<Void>?
    private var isHandedOver = false

    init(_ gateway: GatewayChannel, outcome: OutcomePromise, logger: Logger) {
        self.gateway = gateway
        self.outcome = outcome
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: gateway.configuration.headTimeout) {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        if !isHandedOver { outcome.decide(.ended) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isHandedOver = true
        do {
            let bytes = unwrapInboundIn(data)
            if let head = HandshakeHead(bytes, isSocket: { gateway.sockets[$0] != nil }) {
                try open(head, bytes, context)
            } else {
                try speakHTTP(context, data)
            }
        } catch {
            // Handlers cannot be added to a channel that has just been closed.
            outcome.decide(.ended)
            context.close(promise: nil)
        }
    }

    private func open(_ head: HandshakeHead, _ bytes: ByteBuffer, _ context: ChannelHandlerContext) throws {
        guard let handshake = gateway.handshake(asking: head.request) else { return }
        var rest = bytes
        rest.moveReaderIndex(forwardBy: head.length)
        let opening = SocketOpening(
            handshake, gateway: gateway, outcome: outcome, logger: logger, early: rest)
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(opening)
        pipeline.removeHandler(self, promise: nil)
        opening.start()
    }

    private func speakHTTP(_ context: ChannelHandlerContext, _ data: NIOAny) throws {
        let http = HTTPHandlers()
        try http.add(
            to: context.pipeline,
            before: ProtocolSwitch(gateway, http: http, outcome: outcome, logger: logger))
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent, ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
