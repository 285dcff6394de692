import Gateway
import NIOCore
import Realtime
import Redis

/// A channel that passes on whatever is said on it: what other realtime servers are measured with.
///
/// Everything below the business is the gateway's own: WebSocket, protocol, hub, shards, Redis. Nobody is asked who
/// they are, so only the bench opens it.
final class RelaySession: SocketSession, StreamMember {
    struct Relay: Sendable {
        let hub: Hub
        let redis: RedisClient
    }

    /// A stream without a history.
    private struct Line: RecoverableStream {
        let channel: String
        var id: String { channel }

        func open(_ point: RecoveryPoint?) async throws -> StreamOpening { Line.opening }

        static let opening = StreamOpening(
            position: StreamPosition(epoch: "bench", offset: 0), state: ByteBuffer(string: "{}"),
            recovery: .notAsked)
    }

    private let socket: Socket
    private let relay: Relay
    private let dialect: ActionCableDialect
    private var subscriptions = ActionCableSubscriptions<Line>(limit: 100)
    private var isClosed = false

    init(socket: Socket, relay: Relay, dialect: ActionCableDialect) {
        self.socket = socket
        self.relay = relay
        self.dialect = dialect
    }

    func opened() { socket.send(text: ActionCableFrame.welcome) }

    func deliver(_ frames: ByteBuffer) { socket.send(frames: frames) }

    func received(text: ByteBuffer) {
        do {
            switch try ActionCableCommand(parsing: text, dialect) {
            case .subscribe(let identifier, _): subscribe(identifier)
            case .unsubscribe(let identifier):
                if let line = subscriptions.unsubscribe(identifier) { leave(line, identifier) }
            case .message(let identifier, let data):
                guard let line = subscriptions.channel(identifier) else { return }
                relay.redis.submit(["PUBLISH", .string(line.channel), .string("\n\(data)")]) { _ in }
            case .history, .ping, .pong: break
            }
        } catch {
            socket.close(code: .protocolError)
        }
    }

    private func subscribe(_ identifier: String) {
        guard subscriptions.subscribe(identifier) == .begin else { return }
        let line = Line(channel: "bench:\(identifier)")
        let member = NIOLoopBound<any StreamMember>(self, eventLoop: socket.eventLoop)
        let session = NIOLoopBound(self, eventLoop: socket.eventLoop)
        relay.hub.join(line, as: StreamKey(identifier, dialect), member, on: socket.eventLoop) {
            isListening in
            session.value.listening(isListening, line, identifier)
        }
    }

    private func listening(_ isListening: Bool, _ line: Line, _ identifier: String) {
        guard isListening else { return socket.close(code: .tryAgainLater) }
        guard !isClosed, subscriptions.confirm(identifier, line) else { return leave(line, identifier) }
        socket.send(text: ActionCableFrame.confirm(identifier))
        _ = relay.hub.goLive(
            self, on: line, as: StreamKey(identifier, dialect), from: Line.opening.position,
            on: socket.eventLoop)
    }

    private func leave(_ line: Line, _ identifier: String) {
        relay.hub.leave(line, as: StreamKey(identifier, dialect), self, on: socket.eventLoop)
    }

    func closed() {
        isClosed = true
        for (identifier, line) in subscriptions.active { leave(line, identifier) }
    }
}
