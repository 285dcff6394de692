import NIOCore

/// Carries one WebSocket on its channel: bytes in, bytes out, no task.
///
/// It stands alone in the pipeline of a connection that asked to be upgraded at once. Where HTTP was
/// spoken before, the handlers of that time are still behind it; they wait for the end of the connection
/// and nothing that they do may reach the wire.
final class SocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Any
    typealias OutboundOut = ByteBuffer

    /// NIO's default: a channel with more than this unwritten is not writable.
    static let highWatermark = 64 * 1024

    private let loop: SocketLoop
    private let open: OpenSockets
    private let socket: Socket
    private let answer: ByteBuffer
    private let makeSession: @Sendable (Socket) -> any SocketSession
    private var session: (any SocketSession)?
    private var decoder: FrameDecoder
    private var isFailed = false
    private var isDraining = false

    /// `answer` is the answer to the handshake, which leaves in one piece with the first thing that is said.
    init(
        loop: SocketLoop, open: OpenSockets, terms: SocketTerms = .text, answer: ByteBuffer,
        makeSession: @escaping @Sendable (Socket) -> any SocketSession
    ) {
        self.loop = loop
        self.open = open
        self.socket = Socket(loop: loop, terms: terms)
        self.answer = answer
        self.makeSession = makeSession
        self.decoder = FrameDecoder(
            maxMessageBytes: terms.maxMessageBytes ?? loop.configuration.maxMessageBytes,
            acceptsBinary: terms.acceptsBinary)
    }

    // MARK: The life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        open.increment()
        socket.attach(to: context, saying: answer)
        let session = makeSession(socket)
        self.session = session
        session.opened()
        if loop.isDraining { drain(after: loop.configuration.drainPeriod, on: context.eventLoop) }
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        guard let session else { return }
        self.session = nil
        socket.detach()
        session.closed()
        open.decrement()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The connection is broken (reset, timed out); there is nobody to tell.
        context.close(promise: nil)
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFailed else { return }
        var bytes = unwrapInboundIn(data)
        do {
            while let event = try decoder.next(from: &bytes) {
                // Between two messages; a ping among the fragments of one does not make it any younger.
                if !decoder.isInsideMessage { socket.messageBegan = nil }
                handle(event)
            }
            loop.note(readOf: socket, isInsideMessage: decoder.isInsideMessage)
        } catch {
            isFailed = true
            socket.fail(error)
        }
    }

    private func handle(_ event: WebSocketEvent) {
        switch event {
        case .text(let message):
            if socket.isOpen { session?.received(text: message) }
        case .ping(let payload):
            socket.answerPing(payload)
        case .close(let code, _):
            socket.peerClosed(code)
        case .binary(let message):
            if socket.isOpen { session?.received(binary: message) }
        case .pong:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Handlers of an earlier HTTP life may withhold reads; a second request for one costs nothing.
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        socket.writabilityChanged(to: context.channel.isWritable)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            drain(after: loop.configuration.drainPeriod, on: context.eventLoop)
        case ChannelEvent.inputClosed:
            socket.inputClosed()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Called when draining begins and again when the server stops; the second time says nothing new.
    private func drain(after period: TimeAmount, on eventLoop: any EventLoop) {
        guard !isDraining else { return }
        isDraining = true
        guard period > .zero else { return drainNow() }
        eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(.random(in: 0...period.nanoseconds))) {
            self.drainNow()
        }
    }

    private func drainNow() {
        guard let session, socket.isOpen else { return }
        let socket = socket
        let close = { socket.close(code: .goingAway, reason: "server is stopping") }
        let isLate = socket.eventLoop.assumeIsolated().scheduleTask(
            in: loop.configuration.closeTimeout, close)
        session.draining {
            isLate.cancel()
            close()
        }
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
            drainNow()
            promise?.succeed()
        case .output:
            // It has seen the end of its input, and says goodbye.
            promise?.succeed()
        }
    }
}
