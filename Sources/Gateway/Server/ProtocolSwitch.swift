import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Decides, request by request, whether a connection goes on with HTTP or becomes a WebSocket.
///
///     waiting ──ordinary request──▶ serving ──┐
///        └──────────handshake─────────────────┴──▶ asked ──all of it here, no response owed──▶ admitting
///                                                                                             │     │
///                                                lingering ◀──────────refused─────────────────┘     │
///                                                     done ◀──────────accepted─────────────────────┘
///
/// NIO's upgrader is not used: it looks at the first request only, and loses a request whose `Upgrade`
/// nobody takes. Confined to the loop of its channel.
final class ProtocolSwitch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        case waiting
        case serving
        case asked(Handshake)
        case admitting
        /// A refusal has been sent; what still comes is dropped.
        case lingering
        case done
    }

    private struct Handshake {
        let request: HTTPRequest
        let admit: Admit
        var hasBody = false
        var isWhole = false
    }

    /// How long a refused client gets to end the connection by itself.
    private static let lingerTime: TimeAmount = .seconds(1)

    private let gateway: GatewayChannel
    private let http: HTTPHandlers
    private let logger: Logger
    private let outcome: OutcomePromise

    private var state = State.waiting
    /// In the pipeline from the first ordinary request on, followed by Hummingbird's own.
    private var connectionState: HTTPConnectionStateHandler?
    /// Responses that Hummingbird has still to finish.
    private var owed = 0
    /// Nothing can follow the response owed last, for the parser stops at every upgrade.
    private var hasParserStopped = false
    private var isQuiescing = false
    private var deadline: Scheduled<Void>?

    init(_ gateway: GatewayChannel, http: HTTPHandlers, outcome: OutcomePromise, logger: Logger) {
        self.gateway = gateway
        self.http = http
        self.outcome = outcome
        self.logger = logger
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.waiting, .head(let request)), (.serving, .head(let request)):
            if let handshake = handshake(asking: request) {
                state = .asked(handshake)
                arm(gateway.configuration.headTimeout, on: context) { context.close(promise: nil) }
            } else {
                serve(request, context)
            }
        case (.waiting, _):
            refuse(.malformed, context)
        case (.serving, _):
            context.fireChannelRead(data)
        case (.asked(var handshake), .body):
            handshake.hasBody = true
            state = .asked(handshake)
        case (.asked(var handshake), .end):
            handshake.isWhole = true
            state = .asked(handshake)
            admitIfReady(context)
        case (.asked, .head), (.admitting, _), (.lingering, _), (.done, _):
            break
        }
    }

    private func handshake(asking request: HTTPRequest) -> Handshake? {
        guard WebSocketHandshake.isAsked(by: request) else { return nil }
        return gateway.sockets[RequestTarget(request.path ?? "").path].map {
            Handshake(request: request, admit: $0)
        }
    }

    /// Gives an ordinary request to Hummingbird, with the first of them the connection too.
    private func serve(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
        if case .waiting = state {
            deadline?.cancel()
            state = .serving
            do {
                let hummingbird = try HummingbirdHandlers(
                    on: context.channel, idleTimeout: gateway.configuration.idleTimeout, logger: logger)
                connectionState = hummingbird.connectionState
                outcome.decide(.http(hummingbird.channel))
            } catch {
                // Handlers cannot be added to a channel that has just been closed.
                return context.close(promise: nil)
            }
        }
        var request = request
        if request.headerFields[.upgrade] != nil || request.method == .connect {
            request.headerFields[.upgrade] = nil
            request.headerFields[.connection] = "close"
            hasParserStopped = true
        }
        owed += 1
        context.fireChannelRead(wrapInboundOut(.head(request)))
    }

    // MARK: Responses of Hummingbird

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var response) where hasParserStopped && owed == 1:
            response.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(response)), promise: promise)
        case .end:
            context.write(data, promise: promise)
            owed -= 1
            admitIfReady(context)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .lingering = state, mode == .output {
            promise?.succeed()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    // MARK: The handshake

    private func admitIfReady(_ context: ChannelHandlerContext) {
        guard case .asked(let handshake) = state, handshake.isWhole, owed == 0 else { return }
        if isStopping { return refuse(.stopping, context) }
        if handshake.hasBody { return refuse(.malformed, context) }
        if let refusal = WebSocketHandshake.refusal(of: handshake.request.headerFields) {
            return refuse(refusal, context)
        }
        state = .admitting
        arm(gateway.configuration.headTimeout, on: context) { [self] in refuse(.tooLate, context) }
        handshake.admit(upgradeRequest(handshake.request, context), context.eventLoop)
            .hop(to: context.eventLoop).assumeIsolated().whenComplete { [self] result in
                guard case .admitting = state else { return }
                switch result {
                case .success(.accept(let subprotocol, let terms, let session)) where !isStopping:
                    accept(handshake.request, subprotocol, terms, session, context)
                case .success(.accept):
                    refuse(.stopping, context)
                case .success(let refusal):
                    refuse(refusal, context)
                case .failure(let error):
                    logger.error("A WebSocket could not be admitted.", metadata: ["error": "\(error)"])
                    refuse(.failed, context)
                }
            }
    }

    private var isStopping: Bool { isQuiescing || gateway.drain.hasBegun }

    private func upgradeRequest(_ request: HTTPRequest, _ context: ChannelHandlerContext) -> UpgradeRequest {
        let address = ClientAddress.resolve(
            peer: context.remoteAddress?.ipAddress,
            forwardedFor: request.headerFields[values: .xForwardedFor],
            trusting: gateway.configuration.trustedProxies)
        return UpgradeRequest(request, remoteAddress: address)
    }

    /// Answers 101, to be flushed by the socket, and turns the pipeline into that of a WebSocket.
    private func accept(
        _ request: HTTPRequest, _ subprotocol: String?, _ terms: SocketTerms,
        _ session: @escaping @Sendable (Socket) -> any SocketSession, _ context: ChannelHandlerContext
    ) {
        let headers = WebSocketHandshake.acceptance(of: request.headerFields, subprotocol: subprotocol)
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: .switchingProtocols, headerFields: headers))),
            promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        state = .done
        endHTTP(context)
        let socket = SocketHandler(
            loop: gateway.loops[context.eventLoop], open: gateway.open, terms: terms, makeSession: session)
        do {
            try http.makeWay(for: socket, in: context.pipeline)
            // Not earlier: who waits for the end of all sockets is to find this one counted.
            outcome.decide(.socket)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            // Handlers cannot be added to a channel that has just been closed.
            context.close(promise: nil)
        }
    }

    private func refuse(_ refusal: Admission, _ context: ChannelHandlerContext) {
        guard let (response, body) = refusal.response else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            context.close(mode: .output, promise: nil)
        }
        state = .lingering
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        arm(Self.lingerTime, on: context) { context.close(promise: nil) }
        outcome.decide(.ended)
        endHTTP(context)
        context.read()
    }

    /// Lets Hummingbird's task, if there is one, see the end of its input. It then waits for the connection
    /// to end; closing it is no longer its business.
    private func endHTTP(_ context: ChannelHandlerContext) {
        guard let connectionState else { return }
        context.pipeline.syncOperations.removeHandler(connectionState, promise: nil)
        self.connectionState = nil
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    // MARK: The life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        arm(gateway.configuration.headTimeout, on: context) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        state = .done
        outcome.decide(.ended)
    }

    private func arm(_ time: TimeAmount, on context: ChannelHandlerContext, _ late: @escaping () -> Void) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time, late)
    }

    /// Nothing is read while it is open who shall read it.
    func read(context: ChannelHandlerContext) {
        switch state {
        case .admitting: break
        case .asked(let handshake) where handshake.isWhole: break
        default: context.read()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Hummingbird, if it is there, asks for no more.
        if case .lingering = state { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (event, state) {
        case (is ChannelShouldQuiesceEvent, .waiting):
            context.close(promise: nil)
        case (is ChannelShouldQuiesceEvent, .serving):
            isQuiescing = true
            context.fireUserInboundEventTriggered(event)
        case (is ChannelShouldQuiesceEvent, _):
            isQuiescing = true
        case (_, .serving):
            context.fireUserInboundEventTriggered(event)
        case (ChannelEvent.inputClosed, _):
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .serving:
            // Hummingbird answers what it can.
            context.fireErrorCaught(error)
        case .waiting where !(error is IOError):
            refuse(.malformed, context)
        case .lingering where !(error is IOError):
            // Bytes after a request that could not be parsed.
            break
        case .waiting, .asked, .admitting, .lingering, .done:
            context.close(promise: nil)
        }
    }
}
