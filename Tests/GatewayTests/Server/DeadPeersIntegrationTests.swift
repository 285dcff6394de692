import NIOCore
import Testing

@testable import Gateway

/// Clients that vanish without a word: the kernel of each still has the connection, and drops whatever arrives.
@Suite struct DeadPeersIntegrationTests {
    @Test(arguments: [("silent", 0), ("spoken to", 100)])
    func `a client that has vanished is gone after the limit`(name: String, milliseconds: Int64) async throws
    {
        let log = SessionLog()
        let talking: Admit = { _, eventLoop in
            eventLoop.makeSucceededFuture(
                .accept(subprotocol: nil) { TalkingSession($0, every: .milliseconds(milliseconds), log) })
        }
        var configuration = GatewayChannel.Configuration()
        configuration.deadPeerTimeout = .seconds(4)
        try await TestGateway.run(sockets: ["/echo": talking], configuration: configuration) { gateway in
            let client = try await gateway.openSocket()
            try await client.send(ClientFrame.text("here"))
            try await log.waits(for: "here")
            let vanished = ContinuousClock.now
            try await client.vanish()
            try await log.waits(for: "closed")
            let time = ContinuousClock.now - vanished
            #expect(time > .seconds(1) && time < .seconds(12), "\(name)")
        }
    }

    @Test func `a client that is silent and alive stays`() async throws {
        let log = SessionLog()
        var configuration = GatewayChannel.Configuration()
        configuration.deadPeerTimeout = .seconds(4)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)], configuration: configuration) {
            gateway in
            let (silent, gone) = (try await gateway.openSocket(), try await gateway.openSocket())
            try await gone.vanish()
            // Whoever vanished at the same time is gone, so the limit has passed for this one too.
            try await log.waits(for: "closed")
            try await silent.send(ClientFrame.text("still here"))
            #expect(try await silent.frame().text == "still here")
        }
    }
}

/// Says something now and then, by itself.
private final class TalkingSession: SocketSession {
    private let socket: Socket
    private let pause: TimeAmount
    private let log: SessionLog

    init(_ socket: Socket, every pause: TimeAmount, _ log: SessionLog) {
        self.socket = socket
        self.pause = pause
        self.log = log
    }

    func opened() { if pause > .zero { talk() } }
    func received(text: ByteBuffer) { log.add(String(buffer: text)) }
    func closed() { log.add("closed") }

    private func talk() {
        guard socket.isOpen else { return }
        socket.send(text: ByteBuffer(string: "tick"))
        socket.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.talk() }
    }
}
