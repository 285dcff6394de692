import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Decides, request by request, whether a connection goes on with HTTP or becomes a WebSocket.
///
///     waiting ──ordinary request──▶ serving ──┐
///        └──────────handshake─────────────────┴──▶ asked ──all of it here, no response owed──▶ over: SocketOpening's
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
        case over
    }

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
            if let handshake = gateway.handshake(asking: request) {
                state = .asked(handshake)
                arm(context)
            } else {
                serve(request, context)
            }
        case (.waiting, _):
            refuse(context)
        case (.serving, _):
            context.fireChannelRead(data)
        case (.asked(var handshake), .body):
            handshake.hasBody = true
            state = .asked(handshake)
        case (.asked(var handshake), .end):
            handshake.isWhole = true
            state = .asked(handshake)
            openIfReady(context)
        case (.asked, .head), (.over, _):
            break
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
            openIfReady(context)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    // MARK: The end of HTTP

    private func openIfReady(_ context: ChannelHandlerContext) {
        guard case .asked(let handshake) = state, handshake.isWhole, owed == 0 else { return }
        state = .over
        endHTTP(context)
        let opening = SocketOpening(
            handshake, gateway: gateway, outcome: outcome, logger: logger, isServerStopping: isQuiescing)
        do {
            try http.makeWay(for: opening, in: context.pipeline)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            opening.start()
        } catch {
            // Handlers cannot be added to a channel that has just been closed.
            outcome.decide(.ended)
            context.close(promise: nil)
        }
    }

    /// What came first was no request.
    private func refuse(_ context: ChannelHandlerContext) {
        state = .over
        deadline?.cancel()
        outcome.decide(.ended)
        RefusedConnection.take(context, saying: .malformed)
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
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        if case .over = state { return }
        state = .over
        outcome.decide(.ended)
    }

    private func arm(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: gateway.configuration.headTimeout) {
            context.close(promise: nil)
        }
    }

    /// Nothing is read while it is open who shall read it.
    func read(context: ChannelHandlerContext) {
        if case .asked(let handshake) = state, handshake.isWhole { return }
        context.read()
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
            refuse(context)
        case .waiting, .asked, .over:
            context.close(promise: nil)
        }
    }
}
