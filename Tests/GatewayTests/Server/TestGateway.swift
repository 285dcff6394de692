import Hummingbird
import Logging
import NIOConcurrencyHelpers
import NIOCore
import ServiceLifecycle

@testable import Gateway

/// A server of the transport alone, on a free port: `/hello`, `/body` (POST) and sockets.
struct TestGateway: Sendable {
    let port: Int
    let group: ServiceGroup

    func connect(isReading: Bool = true) async throws -> RawClient {
        try await RawClient.connect(to: port, isReading: isReading)
    }

    /// A client whose socket at `path` is open.
    func openSocket(_ path: String = "/echo", isReading: Bool = true) async throws -> RawClient {
        let client = try await connect(isReading: isReading)
        try await client.send(handshake(path))
        if isReading { _ = try await client.response() }
        return client
    }

    /// A server that runs while `body` does and has stopped gracefully when this returns.
    static func run(
        sockets: [String: Admit], configuration: GatewayChannel.Configuration = .impatient,
        drain: Drain = .init(),
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        let router = Router()
        router.get("hello") { _, _ in "hello" }
        router.post("body") { request, _ in try await request.body.collect(upTo: 1 << 20) }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: router, server: .gateway(sockets: sockets, configuration: configuration, drain: drain),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
            }, logger: logger)
        let group = ServiceGroup(services: [application], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports.prefix(1) {
                try await body(TestGateway(port: port, group: group))
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

extension GatewayChannel.Configuration {
    /// Clients that do not answer a close frame are not waited for.
    static var impatient: Self {
        var configuration = Self()
        configuration.webSocket.closeTimeout = .milliseconds(100)
        return configuration
    }
}

func handshake(_ path: String, _ headers: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(headers)\r\n"
}

/// What a session has lived through, to be looked at from a test.
final class SessionLog: Sendable {
    private let entries = NIOLockedValueBox<[String]>([])

    var all: [String] { entries.withLockedValue { $0 } }

    func add(_ entry: String) {
        entries.withLockedValue { $0.append(entry) }
    }

    func waits(for entry: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !all.contains(entry) {
            guard ContinuousClock.now < deadline else {
                throw RawClient.NotSeen(waitingFor: entry, received: all.joined(separator: ", "))
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// Sends back what it gets; when the server drains, it says good-bye, and with `isBusy` only after the next message.
final class EchoSession: SocketSession {
    private let socket: Socket
    private let log: SessionLog
    private let isBusy: Bool
    private var finish: (() -> Void)?

    init(_ socket: Socket, _ log: SessionLog, isBusy: Bool = false) {
        self.socket = socket
        self.log = log
        self.isBusy = isBusy
    }

    func opened() { log.add("opened") }

    func received(text: ByteBuffer) {
        log.add(text.readableBytes < 100 ? String(buffer: text) : "\(text.readableBytes) bytes")
        socket.send(text: text)
        finish?()
    }

    func draining(then close: @escaping () -> Void) {
        log.add("draining")
        finish = { [socket] in
            socket.send(text: ByteBuffer(string: "goodbye"))
            close()
        }
        if !isBusy { finish?() }
    }

    func closed() {
        finish = nil
        log.add("closed")
    }

    static func admit(_ log: SessionLog = SessionLog(), isBusy: Bool = false) -> Admit {
        { request, eventLoop in
            eventLoop.makeSucceededFuture(
                .accept(subprotocol: request.offeredSubprotocols.first) {
                    EchoSession($0, log, isBusy: isBusy)
                })
        }
    }
}
