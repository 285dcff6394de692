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
    let presence: CablePresence
    let logger: Logger

    package init(desk: SupportDesk, hub: Hub, loops: CableLoops, logger: Logger) {
        self.desk = desk
        self.hub = hub
        self.loops = loops
        self.logger = logger
        presence = CablePresence(
            presence: desk.presence, process: Identifier<Cable>.new().description, logger: logger)
    }

    /// The gateway has stopped: its people are gone, without waiting for its lease to end.
    package func shutdown() async { await presence.shutdown() }

    /// Decides on one request to open a WebSocket.
    package func admit(_ request: UpgradeRequest, on loop: any EventLoop) -> EventLoopFuture<Admission> {
        // No common name: Rails answers without one, and takes it for the only version there is.
        let subprotocol = request.offeredSubprotocols.first { Self.subprotocols.contains($0) }
        return loop.makeFutureWithTask {
            do {
                let principal = try await self.principal(of: request)
                return .accept(subprotocol: subprotocol) { socket in
                    CableSession(socket: socket, cable: self, principal: principal)
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

    init(socket: Socket) { self.socket = socket }

    func opened() {
        socket.send(text: ActionCableFrame.disconnect(.unauthorized))
        socket.close(code: .normal)
    }

    func received(text: ByteBuffer) {}
    func closed() {}
}

extension ErrorResponse {
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
