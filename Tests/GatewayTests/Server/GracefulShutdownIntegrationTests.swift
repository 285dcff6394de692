import NIOCore
import NIOPosix
import Testing

@testable import Gateway

@Suite struct GracefulShutdownIntegrationTests {
    @Test(arguments: [0, 200])
    func `sockets say goodbye and are closed with 1001`(drainMilliseconds: Int64) async throws {
        let log = SessionLog()
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.drainPeriod = .milliseconds(drainMilliseconds)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)], configuration: configuration) {
            gateway in
            let fresh = try await gateway.openSocket()
            let upgraded = try await gateway.connect()
            try await upgraded.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try await upgraded.response()
            try await upgraded.send(handshake("/echo"))
            _ = try await upgraded.response()
            let idle = try await gateway.connect()

            await gateway.group.triggerGracefulShutdown()
            _ = try await idle.rest()
            for client in [fresh, upgraded] {
                #expect(try await client.frame().text == "goodbye")
                #expect(try await client.frame().closeCode == 1001)
                try await client.send(ClientFrame.close(1001))
                _ = try await client.rest()
            }
        }
        // The server is down only when every session has ended.
        #expect(log.all.filter { $0 == "draining" }.count == 2)
        #expect(log.all.filter { $0 == "closed" }.count == 2)
    }

    @Test func `while it drains, sockets go and requests are answered`() async throws {
        let drain = Drain()
        let log = SessionLog()
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)], drain: drain) { gateway in
            let open = try await gateway.openSocket()
            drain.begin()
            #expect(try await open.frame().text == "goodbye")
            #expect(try await open.frame().closeCode == 1001)
            try await open.send(ClientFrame.close(1001))
            _ = try await open.rest()

            let late = try await gateway.connect()
            try await late.send(handshake("/echo"))
            let refusal = try await late.response()
            #expect(refusal.head.contains("503") && refusal.body.contains("stopping"))
            let client = try await gateway.connect()
            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.response().head.contains("200 OK"))
        }
        #expect(log.all.filter { $0 == "draining" }.count == 1)
    }

    @Test func `the first socket of a loop, let in just before draining began, is sent off too`() async throws
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loops = SocketLoops(configuration: .init())
        loops.drainAll()
        let loop = group.next()
        #expect(try await loop.submit { loops[loop].isDraining }.get())
        try await group.shutdownGracefully()
    }

    @Test func `what a session has begun is finished before it closes`() async throws {
        let log = SessionLog()
        let drain = Drain()
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log, isBusy: true)], drain: drain) {
            gateway in
            let client = try await gateway.openSocket()
            drain.begin()
            try await log.waits(for: "draining")
            try await client.send(ClientFrame.text("last"))
            #expect(try await client.frame().text == "last")
            #expect(try await client.frame().text == "goodbye")
            #expect(try await client.frame().closeCode == 1001)
            try await client.send(ClientFrame.close(1001))
        }
    }

    @Test func `a session that does not finish is closed in time`() async throws {
        let drain = Drain()
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.closeTimeout = .milliseconds(100)
        try await TestGateway.run(
            sockets: ["/echo": EchoSession.admit(isBusy: true)], configuration: configuration, drain: drain
        ) { gateway in
            let client = try await gateway.openSocket()
            drain.begin()
            #expect(try await client.frame().closeCode == 1001)
            _ = try await client.rest()
        }
    }

    @Test func `a server stops although a client does not answer`() async throws {
        let log = SessionLog()
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.closeTimeout = .milliseconds(100)
        try await TestGateway.run(sockets: ["/echo": EchoSession.admit(log)], configuration: configuration) {
            gateway in
            _ = try await gateway.openSocket()
        }
        #expect(log.all.last == "closed")
    }

    @Test func `a cancelled server takes its sockets with it`() async throws {
        let log = SessionLog()
        var configuration = GatewayChannel.Configuration()
        configuration.webSocket.closeTimeout = .milliseconds(100)
        let server = Task { [configuration] in
            try await TestGateway.run(
                sockets: ["/echo": EchoSession.admit(log)], configuration: configuration
            ) {
                let client = try await $0.openSocket()
                try await log.waits(for: "opened")
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try? await client.rest()  // Throws, for this task is the one cancelled.
            }
        }
        _ = await server.result
        try await log.waits(for: "closed")
    }
}
