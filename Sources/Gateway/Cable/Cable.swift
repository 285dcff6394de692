import HTTPTypes
import Logging
import NIOCore
import Realtime
import Support

/// The door of `/cable`, and what its sessions share.
///
/// Authenticates by `?ticket=` (single use), by `?token=` for clients that can do no better, or by an
/// Authorization header. Who is refused is told so in ActionCable's way: the socket opens, says
/// `disconnect`/`unauthorized`, and closes, because browsers hide the status of a refused upgrade.
package final class Cable: Sendable {
    static let subprotocols = ["actioncable-v1-json"]

    let desk: SupportDesk
    let hub: Hub
    let loops: CableLoops
    let logger: Logger
    let seats: Seats
    let frames: FrameBudget.Rule
    private let origins: AllowedOrigins

    /// A client that reads too slowly hears, behind what it has got already, that it may come back.
    private static let terms: SocketTerms = {
        var words = ByteBuffer()
        FrameEncoder.text(ActionCableFrame.disconnect(.tooSlow), into: &words)
        return SocketTerms(lastWordsToTheSlow: words)
    }()

    package init(
        desk: SupportDesk, hub: Hub, loops: CableLoops, limits: CableLimits = CableLimits(), logger: Logger
    ) {
        self.desk = desk
        self.hub = hub
        self.loops = loops
        self.logger = logger
        seats = Seats(limits)
        frames = FrameBudget.Rule(limits.frames)
        origins = limits.origins
    }

    /// Decides on one request to open a WebSocket.
    package func admit(_ request: UpgradeRequest, on loop: any EventLoop) -> EventLoopFuture<Admission> {
        guard origins.allow(request.headers[.origin], host: request.host) else {
            return loop.makeSucceededFuture(.originRefused)
        }
        // No common name: Rails answers without one, and takes it for the only version there is.
        let subprotocol = request.offeredSubprotocols.first { Self.subprotocols.contains($0) }
        return loop.makeFutureWithTask {
            do {
                let principal = try await self.principal(of: request)
                // A ticket may be older than the end of the token that it was given for.
                if case .agent(let session) = principal {
                    try await self.desk.logins.confirm(session, at: .now())
                }
                let address = request.remoteAddress
                return .accept(subprotocol: subprotocol, terms: Self.terms) { socket in
                    guard self.seats.take(principal, address) else {
                        return RefusedSession(socket: socket, reason: .tooManySessions)
                    }
                    return CableSession(socket: socket, cable: self, principal: principal, address: address)
                }
            } catch SupportError.unauthorized {
                return .accept(subprotocol: subprotocol) { RefusedSession(socket: $0) }
            } catch {
                let refusal = self.refusal(error)
                return .refuse(status: refusal.status, code: refusal.code, message: refusal.message)
            }
        }
    }

    private func principal(of request: UpgradeRequest) async throws -> Principal {
        if let ticket = request.query["ticket"] { return try await desk.tickets.redeem(ticket) }
        guard let token = Door.bearer(request.headers) ?? request.query["token"] else {
            throw SupportError.unauthorized(code: "missing_token", "This needs a ticket or a token.")
        }
        return try await Door(desk: desk).principal(
            token: token, account: request.headers[.accountID], at: .now())
    }

    /// What an error means to a client; those that are ours are noted.
    func refusal(_ error: any Error) -> ErrorResponse {
        let refusal = ErrorResponse(error)
        if refusal.isOurFault { logger.error("a command failed", metadata: ["error": "\(error)"]) }
        return refusal
    }
}

/// A client that may not come in.
final class RefusedSession: SocketSession {
    private let socket: Socket
    private let reason: DisconnectReason

    init(socket: Socket, reason: DisconnectReason = .unauthorized) {
        self.socket = socket
        self.reason = reason
    }

    func opened() {
        socket.send(text: ActionCableFrame.disconnect(reason))
        socket.close(code: .normal)
    }

    func received(text: ByteBuffer) {}
    func closed() {}
}

extension Admission {
    fileprivate static let originRefused = Admission.refuse(
        status: .forbidden, code: "origin_not_allowed",
        message: "Pages from there may not open a socket here.")
}

extension ErrorResponse {
    static func tooManyFrames(retryAfter: TimeAmount) -> ErrorResponse {
        ErrorResponse(
            .tooManyRequests, "rate_limited", "Too many frames; this one was dropped.",
            retryAfter: Double(retryAfter.nanoseconds) / 1e9)
    }

    static let unknownChannel = ErrorResponse(.notFound, "unknown_channel", "There is no such channel.")
    static let notSubscribed = ErrorResponse(
        .conflict, "not_subscribed", "Subscribe to the channel, and wait for its confirmation, first.")
    static let tooManyWaiting = ErrorResponse(
        .tooManyRequests, "rate_limited", "Too many commands wait for their answers.", retryAfter: 1)

    init(_ malformed: ActionCableCommand.Malformed) {
        switch malformed {
        case .notJSON: self.init(.badRequest, "malformed", "The frame is not a JSON object.")
        case .unknownCommand:
            self.init(
                .badRequest, "unknown_command", "The commands are subscribe, unsubscribe and message.",
                field: "command")
        case .missing(let field):
            self.init(.badRequest, "malformed", "It is missing, or not a string.", field: field)
        }
    }
}
