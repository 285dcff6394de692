import HTTPTypes
import NIOCore
import NIOPosix
import Testing

@testable import Gateway

/// One port, HTTP and WebSockets, over real connections.
@Suite struct ProtocolSwitchIntegrationTests {
    private static let refuse: Admit = { _, eventLoop in
        eventLoop.makeSucceededFuture(
            .refuse(
                status: .unauthorized, code: "unauthorized", message: #"No "ticket"."#,
                headers: [.wwwAuthenticate: "Bearer"]))
    }

    @Test func `a REST request is answered and the connection kept`() async throws {
        try await TestGateway.run(sockets: [:]) { gateway in
            let client = try await gateway.connect()
            for _ in 0..<3 {
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = try await client.response()
                #expect(response.head.hasPrefix("HTTP/1.1 200"))
                #expect(response.body == "hello")
            }
        }
    }

    @Test func `a socket is opened with the subprotocol chosen, and echoes`() async throws {
        let log = SessionLog()
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)]) { gateway in
            let client = try await gateway.connect()
            try await client.send(handshake("/echo?a=1", "Sec-WebSocket-Protocol: one, two\r\n"))
            let head = try await client.response().head
            #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols"))
            #expect(head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
            #expect(head.lowercased().contains("sec-websocket-protocol: one"))
            #expect(!head.lowercased().contains("transfer-encoding"))
            try await client.send(ClientFrame.text("hello"))
            #expect(try await client.frame().text == "hello")
            try await client.send(ClientFrame.close(1000))
            #expect(try await client.frame().closeCode == 1000)
            _ = try await client.rest()
            try await log.waits(for: "closed")
            #expect(log.all == ["opened", "hello", "closed"])
        }
    }

    @Test func `a kept-alive connection becomes a socket with its second request`() async throws {
        let log = SessionLog()
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)]) { gateway in
            let client = try await gateway.connect()
            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.response().body == "hello")
            try await client.send(handshake("/echo"))
            #expect(try await client.response().head.hasPrefix("HTTP/1.1 101"))
            for count in 0..<50 {
                try await client.send(ClientFrame.text("message \(count)"))
                #expect(try await client.frame().text == "message \(count)")
            }
            try await client.send(ClientFrame.close(1001))
            #expect(try await client.frame().closeCode == 1001)
            #expect(try await client.rest().readableBytes == 0)
            try await log.waits(for: "closed")
        }
    }

    @Test func `a handshake pipelined behind a request waits for its response`() async throws {
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()]) { gateway in
            let client = try await gateway.connect()
            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + handshake("/echo"))
            #expect(try await client.response().body == "hello")
            #expect(try await client.response().head.hasPrefix("HTTP/1.1 101"))
            try await client.send(ClientFrame.text("after"))
            #expect(try await client.frame().text == "after")
        }
    }

    @Test(arguments: [false, true])
    func `frames sent together with the handshake are not lost`(isSecondRequest: Bool) async throws {
        let slowly: Admit = { request, eventLoop in
            let admission = EchoSession.admit()(request, eventLoop)
            return eventLoop.scheduleTask(in: .milliseconds(20)) {}.futureResult.flatMap { admission }
        }
        try await TestGateway.run(sockets: ["/echo": slowly]) { gateway in
            let client = try await gateway.connect()
            if isSecondRequest {
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                _ = try await client.response()
            }
            let frames =
                ClientFrame.text("first") + ClientFrame.text("second") + ClientFrame.text("third").dropLast()
            try await client.send(Array(handshake("/echo").utf8) + frames)
            try await client.send(Array(ClientFrame.text("third").suffix(1)))
            #expect(try await client.response().head.hasPrefix("HTTP/1.1 101"))
            for text in ["first", "second", "third"] {
                #expect(try await client.frame().text == text)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a refused socket gets the reason as JSON and the connection ends`(isSecondRequest: Bool)
        async throws
    {
        try await TestGateway.run(sockets: ["/no": Self.refuse]) { gateway in
            let client = try await gateway.connect()
            if isSecondRequest {
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                _ = try await client.response()
            }
            try await client.send(Array(handshake("/no").utf8) + ClientFrame.text("too early"))
            let response = try await client.response()
            #expect(response.head.hasPrefix("HTTP/1.1 401"))
            #expect(response.head.lowercased().contains("connection: close"))
            #expect(response.head.lowercased().contains("www-authenticate: bearer"))
            #expect(response.body == #"{"error":{"code":"unauthorized","message":"No \"ticket\"."}}"#)
            #expect(try await client.rest().readableBytes == 0)
        }
    }

    @Test func `a failed or late decision is an answer too`() async throws {
        struct Broken: Error {}
        var configuration = GatewayChannel.Configuration()
        configuration.headTimeout = .seconds(1)
        let sockets: [String: Admit] = [
            "/broken": { _, eventLoop in eventLoop.makeFailedFuture(Broken()) },
            "/late": { request, eventLoop in
                let admission = EchoSession.admit()(request, eventLoop)
                return eventLoop.scheduleTask(in: .seconds(2)) {}.futureResult.flatMap { admission }
            },
        ]
        try await TestGateway.run(sockets: sockets, configuration: configuration) { gateway in
            for (path, status) in [("/broken", "500"), ("/late", "503")] {
                let client = try await gateway.connect()
                try await client.send(handshake(path))
                #expect(try await client.response().head.hasPrefix("HTTP/1.1 \(status)"))
                _ = try await client.rest()
            }
        }
    }

    @Test func `a decision may come from another event loop`() async throws {
        let elsewhere: Admit = { request, _ in
            EchoSession.admit()(request, MultiThreadedEventLoopGroup.singleton.next())
        }
        try await TestGateway.run(sockets: ["/echo": elsewhere]) { gateway in
            for _ in 0..<8 {
                let client = try await gateway.openSocket()
                try await client.send(ClientFrame.text("x"))
                #expect(try await client.frame().text == "x")
            }
        }
    }

    @Test func `a handshake on another path is the router's`() async throws {
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()]) { gateway in
            let client = try await gateway.connect()
            try await client.send(handshake("/elsewhere"))
            #expect(try await client.response().head.hasPrefix("HTTP/1.1 404"))
            _ = try await client.rest()
        }
    }

    @Test func `an h2c upgrade with a body is served as HTTP/1.1`() async throws {
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()]) { gateway in
            let client = try await gateway.connect()
            try await client.send(
                "POST /body HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 5\r\n\r\nbody!")
            let response = try await client.response()
            #expect(response.head.hasPrefix("HTTP/1.1 200"))
            #expect(response.head.lowercased().contains("connection: close"))
            #expect(response.body == "body!")
            try await client.close()
        }
    }

    @Test func `a wrong version is told the right one`() async throws {
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()]) { gateway in
            let client = try await gateway.connect()
            try await client.send(handshake("/echo").replacing("Version: 13", with: "Version: 8"))
            let head = try await client.response().head
            #expect(head.hasPrefix("HTTP/1.1 426"))
            #expect(head.lowercased().contains("sec-websocket-version: 13"))
        }
    }

    @Test(arguments: [
        "NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `garbage ends the connection with an error`(bytes: String) async throws {
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()]) { gateway in
            let client = try await gateway.connect()
            try await client.send(bytes)
            let head = try await client.response().head
            #expect(head.hasPrefix("HTTP/1.1 4"), "\(head)")
            try await client.close()
        }
    }

    @Test func `a handshake with a body is refused`() async throws {
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()]) { gateway in
            let client = try await gateway.connect()
            try await client.send(handshake("/echo", "Content-Length: 3\r\n") + "abc")
            #expect(try await client.response().head.hasPrefix("HTTP/1.1 400"))
            _ = try await client.rest()
        }
    }

    @Test(arguments: ["", "GET /hello HTTP/1.1\r\nHost: loc", "GET /echo HTTP/1.1\r\nUpgrade: websocket\r\n"])
    func `who does not finish the first head is dropped`(bytes: String) async throws {
        var configuration = GatewayChannel.Configuration()
        // Long enough that the beginning is sent before time is up, on a busy machine too.
        configuration.headTimeout = .seconds(1)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()], configuration: configuration) {
            gateway in
            let client = try await gateway.connect()
            try await client.send(bytes)
            #expect(try await client.rest().readableBytes == 0)
        }
    }

    @Test func `who sends the handshake byte by byte is dropped`() async throws {
        var configuration = GatewayChannel.Configuration()
        configuration.headTimeout = .milliseconds(500)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit()], configuration: configuration) {
            gateway in
            let client = try await gateway.connect()
            let started = ContinuousClock.now
            let drip = Task {
                for byte in handshake("/echo").utf8 {
                    try await client.send([byte])
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(try await client.rest().readableBytes == 0)
            #expect(ContinuousClock.now - started < .seconds(5), "the whole of it would take nine")
            drip.cancel()
        }
    }

    @Test func `an idle connection is dropped after its last response`() async throws {
        var configuration = GatewayChannel.Configuration()
        configuration.idleTimeout = .milliseconds(100)
        try await TestGateway.run(sockets: [:], configuration: configuration) { gateway in
            let client = try await gateway.connect()
            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try await client.response()
            _ = try await client.rest()
        }
    }

    @Test func `the address of a client behind a trusted proxy is found`() async throws {
        let log = SessionLog()
        let noting: Admit = { request, eventLoop in
            log.add("\(request.path) \(request.query["token"] ?? "") \(request.remoteAddress)")
            return EchoSession.admit()(request, eventLoop)
        }
        var configuration = GatewayChannel.Configuration()
        configuration.trustedProxies = try TrustedProxies(["127.0.0.0/8"])
        try await TestGateway.run(sockets: ["/echo": noting], configuration: configuration) { gateway in
            let client = try await gateway.connect()
            try await client.send(handshake("/echo?token=a%20b", "X-Forwarded-For: 198.51.100.7\r\n"))
            _ = try await client.response()
            #expect(log.all == ["/echo a b 198.51.100.7"])
        }
    }
}
