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
    let desk: SupportDesk
    let hub: Hub
    let loops: CableLoops
    let presence: CablePresence
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
        presence = CablePresence(
            presence: desk.presence, process: Identifier<Cable>.new().description, logger: logger)
    }

    /// The gateway has stopped: its people are gone, without waiting for its lease to end.
    package func shutdown() async { await presence.shutdown() }

    /// Decides on one request to open a WebSocket.
    package func admit(_ request: UpgradeRequest, on loop: any EventLoop) -> EventLoopFuture<Admission> {
        guard origins.allow(request.headers[.origin], host: request.host) else {
            return loop.makeSucceededFuture(.originRefused)
        }
        let dialect = ActionCableDialect.chosen(from: request.offeredSubprotocols)
        let admitted = loop.makePromise(of: Admission.self)
        Task(executorPreference: loops.state(of: loop).executor) {
            admitted.succeed(await self.admission(request, dialect))
        }
        return admitted.futureResult
    }

    private func admission(_ request: UpgradeRequest, _ dialect: ActionCableDialect?) async -> Admission {
        do {
            let (principal, restored) = try await self.caller(of: request, dialect)
            try await self.confirm(principal)
            let address = request.remoteAddress
            return .accept(subprotocol: dialect?.rawValue, terms: Self.terms) { socket in
                guard self.seats.take(principal, address) else {
                    return RefusedSession(socket: socket, reason: .tooManySessions)
                }
                return CableSession(
                    socket: socket, cable: self, principal: principal, address: address,
                    dialect: dialect ?? .plain, restoring: restored)
            }
        } catch SupportError.unauthorized {
            return .accept(subprotocol: dialect?.rawValue) { RefusedSession(socket: $0) }
        } catch {
            let refusal = self.refusal(error)
            return .refuse(status: refusal.status, code: refusal.code, message: refusal.message)
        }
    }

    /// Who asks, and what an earlier session of theirs was subscribed to.
    private func caller(
        of request: UpgradeRequest, _ dialect: ActionCableDialect?
    ) async throws -> (Principal, restored: [String]?) {
        guard dialect == .extended,
            let session = request.query["sid"] ?? request.headers[.restoreSessionID]
        else { return (try await principal(of: request), nil) }
        let named: Principal?
        do {
            named = try await principal(of: request)
        } catch SupportError.unauthorized {
            // A ticket is used up by the first connection, and this client's next one has none.
            named = nil
        }
        if let kept = try await desk.sessions.take(session, for: named) {
            return (kept.principal, kept.subscriptions)
        }
        guard let named else {
            throw SupportError.unauthorized(code: "missing_token", "This session is over; begin a new one.")
        }
        return (named, nil)
    }

    /// A ticket, or a session to restore, may be older than the end of the token that stands behind it.
    private func confirm(_ principal: Principal) async throws {
        let now = Timestamp.now()
        if let expiry = principal.expiresAt, expiry <= now {
            throw SupportError.unauthorized(code: "expired_token", "The token has expired.")
        }
        if case .agent(let session) = principal { try await desk.logins.confirm(session, at: now) }
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

extension Admission {
    fileprivate static let originRefused = Admission.refuse(
        status: .forbidden, code: "origin_not_allowed",
        message: "Pages from there may not open a socket here.")
}

extension HTTPField.Name {
    /// AnyCable's way to name the session to restore, beside `?sid=`.
    fileprivate static let restoreSessionID = HTTPField.Name("X-AnyCable-Restore-SID")!
}
