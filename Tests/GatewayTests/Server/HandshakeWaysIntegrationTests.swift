import NIOCore
import Testing

@testable import Gateway

/// A handshake that comes in one piece goes another way than one that does not; the client cannot tell them apart.
@Suite struct HandshakeWaysIntegrationTests {
    private struct Broken: Error {}

    private static let sockets: [String: Admit] = [
        "/echo": EchoSession.admit(),
        "/no": { _, loop in
            loop.makeSucceededFuture(.refuse(status: .forbidden, code: "no", message: "No."))
        },
        "/broken": { _, loop in loop.makeFailedFuture(Broken()) },
    ]

    @Test(arguments: [
        handshake("/echo", "Sec-WebSocket-Protocol: one, two\r\n"), handshake("/echo?a=b"), handshake("/no"),
        handshake("/broken"), handshake("/elsewhere"), handshake("/echo", "Sec-WebSocket-Version: 8\r\n"),
        handshake("/echo").replacing("Version: 13", with: "Version: 12"),
        handshake("/echo").replacing("dGhlIHNhbXBsZSBub25jZQ==", with: "short"),
        handshake("/echo").replacing("Host: localhost\r\n", with: ""),
        handshake("/echo").replacing("Upgrade: websocket", with: "Upgrade: h2c"),
        handshake("/echo", "Content-Length: 2\r\n") + "xx", "GET / HTTP/1.1\r\n\r\n",
    ])
    func `all at once or in two pieces, the answer is the same`(request: String) async throws {
        try await TestGateway.run(sockets: Self.sockets) { gateway in
            var answers: [String] = []
            for pieces in [[request], [String(request.prefix(3)), String(request.dropFirst(3))]] {
                let client = try await gateway.connect()
                for (index, piece) in pieces.enumerated() {
                    // So that the first piece is read alone; the server cannot say when it has.
                    if index > 0 { try await Task.sleep(for: .milliseconds(20)) }
                    try await client.send(piece)
                }
                let answer = try await client.response()
                answers.append(
                    answer.head.split(separator: "\r\n").filter { !$0.hasPrefix("Date:") }.joined()
                        + answer.body)
            }
            #expect(answers[0] == answers[1])
        }
    }

    @Test func `who is let in is told the same of the request`() async throws {
        let seen = SessionLog()
        let admit: Admit = { request, loop in
            seen.add("\(request)")
            return EchoSession.admit()(request, loop)
        }
        try await TestGateway.run(sockets: ["/echo": admit]) { gateway in
            let request = handshake(
                "/echo?a=b&a=c", "X-Forwarded-For: 1.2.3.4\r\nOrigin: http://a\r\nCookie: a=1; b=2\r\n")
            for pieces in [[request], [String(request.prefix(40)), String(request.dropFirst(40))]] {
                let client = try await gateway.connect()
                for (index, piece) in pieces.enumerated() {
                    if index > 0 { try await Task.sleep(for: .milliseconds(20)) }
                    try await client.send(piece)
                }
                _ = try await client.response()
            }
            #expect(seen.all.count == 2)
            #expect(seen.all.first == seen.all.last)
        }
    }
}
