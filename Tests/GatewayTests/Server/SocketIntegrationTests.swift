import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import Gateway

/// Sockets over real connections: what they refuse, how they end, and what they hold.
@Suite struct SocketIntegrationTests {
    private func withSocket(
        maxMessageBytes: Int = 65536, log: SessionLog = SessionLog(),
        _ body: (RawClient) async throws -> Void
    ) async throws {
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.maxMessageBytes = maxMessageBytes
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)], configuration: configuration) {
            try await body($0.openSocket())
        }
    }

    @Test(arguments: [
        ("too big", ClientFrame.bytes(0x81, announcing: [126, 0x10, 0x00]), 1009),
        ("bad UTF-8", ClientFrame.bytes(0x81, [0xC3, 0x28]), 1007),
        ("binary", ClientFrame.bytes(0x82, [1]), 1003),
        ("unmasked", ClientFrame.bytes(0x81, [97], isMasked: false), 1002),
    ])
    func `a breach is answered with its code`(name: String, frame: [UInt8], code: UInt16) async throws {
        let log = SessionLog()
        try await withSocket(maxMessageBytes: 4095, log: log) { client in
            try await client.send(ClientFrame.text("before") + frame + ClientFrame.text("never"))
            #expect(try await client.frame().text == "before")
            #expect(try await client.frame().closeCode == code, "\(name)")
            try await client.close()
            try await log.waits(for: "closed")
            #expect(log.all == ["opened", "before", "closed"])
        }
    }

    @Test func `who goes on sending after a breach still gets the close frame`() async throws {
        try await withSocket(maxMessageBytes: 1000) { client in
            try await client.send(ClientFrame.bytes(0x81, [UInt8](repeating: 97, count: 3_000_000)))
            #expect(try await client.frame().closeCode == 1009)
            #expect(try await client.rest().readableBytes == 0)
        }
    }

    @Test func `the echo endpoint sends back texts and binaries, up to sixteen mebibytes`() async throws {
        try await TestGateway.run(sockets: ["/echo": Echo.admit], configuration: .soonClosed) { gateway in
            let client = try await gateway.openSocket()
            let large = [UInt8](repeating: 97, count: 3 << 20)
            for first in [0x81, 0x82] as [UInt8] {
                try await client.send(ClientFrame.bytes(first, large))
                let echo = try await client.frame()
                #expect(echo.first == first)
                #expect(echo.payload == ByteBuffer(bytes: large))
            }
            let beyond = [127] + ClientFrame.bigEndian(UInt64(16 << 20) + 1)
            try await client.send(ClientFrame.bytes(0x82, announcing: beyond))
            #expect(try await client.frame().closeCode == 1009)
        }
    }

    private static let empty = ClientFrame.bytes(0x00)
    private static let ping = ClientFrame.bytes(0x89)
    private static let first = ClientFrame.bytes(0x01)
    private static let unfinished: [(String, [UInt8])] = [
        ("a frame", ClientFrame.text("0123456789")),
        ("a message of fragments", first + empty + empty),
        ("a message with pings between", first + ping + ping),
    ]

    @Test(arguments: unfinished)
    func `who sends a message byte by byte is cut off`(name: String, bytes: [UInt8]) async throws {
        var configuration = GatewayChannel.Configuration.soonClosed
        configuration.webSocket.messageTimeout = .milliseconds(400)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()], configuration: configuration) {
            gateway in
            let client = try await gateway.openSocket()
            let drip = Task {
                for byte in bytes {
                    try await client.send([byte])
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            var frame = try await client.frame()
            while frame.first == 0x8A { frame = try await client.frame() }
            #expect(frame.closeCode == 1008, "\(name)")
            drip.cancel()
        }
    }

    @Test func `who always has the next message on its way is not`() async throws {
        var configuration = GatewayChannel.Configuration.soonClosed
        configuration.webSocket.messageTimeout = .milliseconds(400)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()], configuration: configuration) {
            gateway in
            let client = try await gateway.openSocket()
            let message = ClientFrame.text("0123456789")
            try await client.send(Array(message.prefix(5)))
            for _ in 0..<40 {
                try await client.send(Array(message.dropFirst(5) + message.prefix(5)))
                #expect(try await client.frame().text == "0123456789")
                try await Task.sleep(for: .milliseconds(25))
            }
        }
    }

    @Test func `a slow reader hears why in the words of its protocol, after whole frames`() async throws {
        let log = SessionLog()
        var configuration = GatewayChannel.Configuration.soonClosed
        configuration.webSocket.maxOutboundBytes = 256 * 1024
        // A kernel under load takes a while until it has room for the last words.
        configuration.webSocket.closeTimeout = .seconds(1)
        var words = ByteBuffer()
        FrameEncoder.text(ByteBuffer(string: "too slow for me"), into: &words)
        let terms = SocketTerms(lastWordsToTheSlow: words)
        let flood: Admit = { _, eventLoop in
            eventLoop.makeSucceededFuture(
                .accept(subprotocol: nil, terms: terms) {
                    FloodSession($0, peak: NIOLockedValueBox(0), log: log)
                })
        }
        try await TestGateway.run(sockets: ["/flood": flood], configuration: configuration) { gateway in
            let client = try await gateway.openSocket("/flood", isReading: false)
            try await client.send(ClientFrame.text("go"))
            try await log.waits(for: "shut")
            try await client.startReading()
            _ = try await client.response()
            var frame = try await client.frame()
            while frame.payload.readableBytes == 1024 { frame = try await client.frame() }
            #expect(frame.text == "too slow for me")
            #expect(try await client.frame().closeCode == 1013)
        }
    }

    @Test func `pings are answered, fragments echoed whole`() async throws {
        try await withSocket { client in
            try await client.send(
                ClientFrame.bytes(0x01, Array("ab".utf8)) + ClientFrame.bytes(0x89, [1, 2, 3]))
            #expect(try await client.frame().first == 0x8A)
            try await client.send(ClientFrame.bytes(0x80, Array("cd".utf8)))
            #expect(try await client.frame().text == "abcd")
        }
    }

    @Test func `a close frame and the end of the input may come together`() async throws {
        try await withSocket { client in
            try await client.send(ClientFrame.text("last") + ClientFrame.close(1000))
            client.closeOutput()
            #expect(try await client.frame().text == "last")
            #expect(try await client.frame().closeCode == 1000)
            #expect(try await client.rest().readableBytes == 0)
        }
    }

    @Test func `a client that just goes away is noticed`() async throws {
        let log = SessionLog()
        try await withSocket(log: log) { client in
            client.closeOutput()
            _ = try await client.rest()
            try await log.waits(for: "closed")
        }
    }

    @Test func `a client that does not answer a close frame is cut off`() async throws {
        let log = SessionLog()
        let closing: Admit = { _, eventLoop in
            eventLoop.makeSucceededFuture(
                .accept(subprotocol: nil) { socket in
                    socket.close(code: .policyViolation, reason: "no")
                    return EchoSession(socket, log)
                })
        }
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.closeTimeout = .milliseconds(100)
        try await TestGateway.run(sockets: ["/echo": closing], configuration: configuration) { gateway in
            let client = try await gateway.openSocket()
            #expect(try await client.frame().closeCode == 1008)
            #expect(try await client.rest().readableBytes == 0)
            try await log.waits(for: "closed")
        }
    }

    @Test func `a silent socket is closed where there is a limit, a speaking one is not`() async throws {
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.idleLimit = .seconds(2)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()], configuration: configuration) {
            gateway in
            let speaking = try await gateway.openSocket()
            let silent = try await gateway.openSocket()
            let talk = Task {
                while !Task.isCancelled {
                    try await speaking.send(ClientFrame.bytes(0x8A))
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(try await silent.frame().closeCode == 1001)
            try await speaking.send(ClientFrame.text("here"))
            #expect(try await speaking.frame().text == "here")
            talk.cancel()
        }
    }

    @Test func `a client that does not read is cut at the bound, and learns why`() async throws {
        let peak = NIOLockedValueBox(0)
        let log = SessionLog()
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.maxOutboundBytes = 256 * 1024
        let flood: Admit = { _, eventLoop in
            eventLoop.makeSucceededFuture(
                .accept(subprotocol: nil) { FloodSession($0, peak: peak, log: log) })
        }
        try await TestGateway.run(sockets: ["/flood": flood], configuration: configuration) { gateway in
            let client = try await gateway.openSocket("/flood", isReading: false)
            try await client.send(ClientFrame.text("go"))
            try await log.waits(for: "shut")
            #expect(peak.withLockedValue { $0 } <= 256 * 1024)
            try await client.startReading()
            _ = try await client.response()
            var frame = try await client.frame()
            while frame.text != nil { frame = try await client.frame() }
            #expect(frame.closeCode == 1013)
        }
    }

    @Test func `what is sent in one turn keeps its order`() async throws {
        let mixed: Admit = { _, eventLoop in
            eventLoop.makeSucceededFuture(.accept(subprotocol: nil) { MixedSession($0) })
        }
        try await TestGateway.run(sockets: ["/mixed": mixed]) { gateway in
            let client = try await gateway.openSocket("/mixed")
            for count in 0..<6 { #expect(try await client.frame().text == "\(count)") }
            #expect(try await client.frame().closeCode == 1000)
        }
    }
}

/// Sends a kilobyte at a time, turn after turn, for as long as its socket is open.
private final class FloodSession: SocketSession {
    private let socket: Socket
    private let peak: NIOLockedValueBox<Int>
    private let log: SessionLog

    init(_ socket: Socket, peak: NIOLockedValueBox<Int>, log: SessionLog) {
        self.socket = socket
        self.peak = peak
        self.log = log
    }

    func opened() {}
    func received(text: ByteBuffer) { flood() }
    func closed() {}

    private func flood() {
        guard socket.isOpen else { return log.add("shut") }
        socket.send(text: ByteBuffer(repeating: 97, count: 1024))
        let waiting = socket.outboundBytes
        peak.withLockedValue { $0 = max($0, waiting) }
        socket.eventLoop.assumeIsolated().execute { self.flood() }
    }
}

/// Sends texts and ready frames by turns, and closes in the same turn.
private final class MixedSession: SocketSession {
    private let socket: Socket

    init(_ socket: Socket) { self.socket = socket }

    func opened() {
        for count in stride(from: 0, to: 6, by: 2) {
            socket.send(text: ByteBuffer(string: "\(count)"))
            var frames = ByteBuffer()
            FrameEncoder.text(ByteBuffer(string: "\(count + 1)"), into: &frames)
            socket.send(frames: frames)
        }
        socket.close(code: .normal)
    }

    func received(text: ByteBuffer) {}
    func closed() {}
}

extension GatewayChannel.Configuration {
    /// For clients that do not answer a close frame, so that the server does not wait for them when it stops.
    fileprivate static var soonClosed: Self {
        var configuration = Self()
        configuration.webSocket.closeTimeout = .milliseconds(100)
        return configuration
    }
}
