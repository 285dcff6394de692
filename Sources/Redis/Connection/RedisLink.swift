import Logging
import NIOCore

/// Who uses a link. Called on its event loop.
protocol RedisLinkOwner: AnyObject {
    /// Logged in; `write` works from now on.
    func linkReady()
    /// A read made replies complete; they wait in the decoder. Throwing closes the connection.
    func linkReceived(_ decoder: RESPDecoder) throws(RedisError)
    /// The burst of reads is over.
    func linkReadComplete()
    /// The ready connection is gone.
    func linkLost(_ error: RedisError)
}

/// Keeps one logged-in connection to Redis, for as long as it is not stopped. Lives on its event loop.
///
///     dialing ──socket──▶ greeting ──log-in──▶ ready
///        ▲                   │                   │
///        └──── resting ◀─────┴───── lost ────────┘        stop() from anywhere ─▶ stopped
final class RedisLink {
    private enum State {
        case dialing
        case greeting(RedisConnection, RedisHandshake, limit: Scheduled<Void>)
        case ready(RedisConnection, since: NIODeadline)
        case resting(Scheduled<Void>)
        case stopped
    }

    let eventLoop: any EventLoop
    /// Why there is no connection, as last seen; for those who wait for one.
    private(set) var lastFailure: RedisError?
    private let dialer: RedisDialer
    private let logger: Logger
    private var state = State.dialing
    private var backoff = Backoff()
    private var owner: (any RedisLinkOwner)?

    init(_ dialer: RedisDialer, eventLoop: any EventLoop, logger: Logger) {
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.logger = logger
    }

    func start(owner: any RedisLinkOwner) {
        self.owner = owner
        dial()
    }

    var misconfiguration: RedisError? { dialer.misconfiguration }

    var isReady: Bool { readyConnection != nil }

    /// When the ready connection last gave bytes.
    var lastRead: NIODeadline { readyConnection?.lastRead ?? .distantPast }

    /// Only when ready.
    func write(_ bytes: ByteBuffer) { readyConnection?.write(bytes) }

    /// Gives up the ready connection, for `error`, and dials again.
    func abandon(_ error: RedisError) { readyConnection?.close(error) }

    /// Closes for good. The owner hears no more. The future tells when the socket is closed.
    func stop() -> EventLoopFuture<Void> {
        var closed: EventLoopFuture<Void>?
        let end = RedisError(.closed, "the client was shut down")
        switch state {
        case .greeting(let connection, _, let limit):
            limit.cancel()
            closed = connection.closeFuture
            state = .stopped
            connection.close(end)
        case .ready(let connection, _):
            closed = connection.closeFuture
            state = .stopped
            connection.close(end)
        case .resting(let nap): nap.cancel()
        case .dialing, .stopped: break
        }
        state = .stopped
        owner = nil
        return closed ?? eventLoop.makeSucceededVoidFuture()
    }

    private var readyConnection: RedisConnection? {
        guard case .ready(let connection, _) = state else { return nil }
        return connection
    }

    // MARK: What happens to the connection

    private func dial() {
        guard dialer.misconfiguration == nil else { return }
        state = .dialing
        let link = NIOLoopBound(self, eventLoop: eventLoop)
        dialer.dial(for: link, on: eventLoop).assumeIsolated().whenFailure { error in
            // With a socket, its handler tells; this is for attempts that never got one.
            guard case .dialing = link.value.state else { return }
            link.value.rest(
                after: RedisError(.connection, "cannot connect to \(link.value.address): \(error)"))
        }
    }

    func opened(_ connection: RedisConnection) {
        guard case .dialing = state else {
            return connection.close(RedisError(.closed, "the client was shut down"))
        }
        var bytes = ByteBuffer()
        let handshake = RedisHandshake(dialer.configuration, into: &bytes)
        let limit = eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(dialer.configuration.connectTimeout)
        ) {
            connection.close(RedisError(.connection, "\(self.address) did not answer the log-in in time"))
        }
        state = .greeting(connection, handshake, limit: limit)
        connection.write(bytes)
    }

    func received(_ connection: RedisConnection) throws(RedisError) {
        switch state {
        case .ready(let current, _) where current === connection:
            try owner?.linkReceived(connection.decoder)
        case .greeting(let current, var handshake, let limit) where current === connection:
            try connection.decoder.forEachReply { reply throws(RedisError) in try handshake.receive(reply) }
            guard handshake.isComplete else {
                state = .greeting(connection, handshake, limit: limit)
                return
            }
            limit.cancel()
            becomeReady(connection)
        default: break
        }
    }

    private func becomeReady(_ connection: RedisConnection) {
        state = .ready(connection, since: .now())
        if lastFailure != nil {
            logger.info("redis connection is back", metadata: ["redis": "\(address)"])
        }
        lastFailure = nil
        owner?.linkReady()
    }

    func readComplete(_ connection: RedisConnection) {
        if readyConnection === connection { owner?.linkReadComplete() }
    }

    func closed(_ connection: RedisConnection, _ error: RedisError) {
        switch state {
        case .greeting(let current, _, let limit) where current === connection:
            limit.cancel()
            rest(after: error)
        case .ready(let current, let since) where current === connection:
            // A server that accepts and hangs up must not be dialled twenty times a second.
            if NIODeadline.now() - since > TimeAmount(Backoff.longest) { backoff.reset() }
            let owner = owner
            rest(after: error)
            owner?.linkLost(error)
        default: break
        }
    }

    private func rest(after error: RedisError) {
        if lastFailure == nil {
            logger.warning(
                "redis connection is down", metadata: ["redis": "\(address)", "error": "\(error)"])
        }
        lastFailure = error
        let nap = backoff.next()
        state = .resting(
            eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(nap)) {
                guard case .resting = self.state else { return }
                self.dial()
            })
    }

    var address: String { dialer.configuration.endpoint.description }
}
