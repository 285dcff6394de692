import HTTPTypes
import Testing

@testable import Gateway

@Suite struct WebSocketHandshakeTests {
    private static let example: HTTPFields = [
        .upgrade: "websocket", .connection: "keep-alive, Upgrade", .secWebSocketVersion: "13",
        .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private func request(_ headers: HTTPFields, method: HTTPRequest.Method = .get) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: "a", path: "/cable", headerFields: headers)
    }

    @Test func `the key of RFC 6455 gets the answer of RFC 6455`() {
        let answer = String(buffer: WebSocketHandshake.acceptance(of: Self.example, subprotocol: nil))
        #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(!answer.contains("Sec-WebSocket-Protocol"))
    }

    @Test func `SHA-1 agrees with RFC 3174`() {
        func hex(_ text: String) -> String {
            SHA1.digest(text.utf8).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
                .joined()
        }
        #expect(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
        #expect(
            hex(
                String(
                    repeating: "0123456701234567012345670123456701234567012345670123456701234567", count: 10))
                == "dea356a2cddd90c7a7ecedc5ebb563934f460452")
    }

    @Test func `a separator before a combining mark is a separator`() {
        // Found by bin/fuzz subprotocols.
        let offered = WebSocketHandshake.offeredSubprotocols([
            .secWebSocketProtocol: "one,\u{074A}two, three\t"
        ])
        #expect(offered == ["one", "\u{074A}two", "three"])
        let target = RequestTarget("/cable?\u{301}a=1&\u{301}b=+\u{301}2&c=%41+%42")
        #expect(target.path == "/cable")
        #expect(target.query == ["\u{301}a": "1", "\u{301}b": " \u{301}2", "c": "A B"])
    }

    @Test func `only a GET with both headers asks for a WebSocket`() {
        #expect(WebSocketHandshake.isAsked(by: request(Self.example)))
        #expect(!WebSocketHandshake.isAsked(by: request(Self.example, method: .post)))
        var headers = Self.example
        headers[.connection] = "keep-alive"
        #expect(!WebSocketHandshake.isAsked(by: request(headers)))
        headers = Self.example
        headers[.upgrade] = "h2c"
        #expect(!WebSocketHandshake.isAsked(by: request(headers)))
    }

    @Test(arguments: ["", "short", "dGhlIHNhbXBsZSBub25jZ", "dGhlIHNhbXBsZSBub25jZWFi"])
    func `a key that is not 16 bytes is refused`(key: String) {
        var headers = Self.example
        headers[.secWebSocketKey] = key
        guard case .refuse(let status, _, _, _) = WebSocketHandshake.refusal(of: headers) else {
            Issue.record("not refused")
            return
        }
        #expect(status == .badRequest)
    }

    @Test func `another version is refused with the one that is spoken`() {
        var headers = Self.example
        headers[.secWebSocketVersion] = "8"
        guard case .refuse(let status, _, _, let answer) = WebSocketHandshake.refusal(of: headers) else {
            Issue.record("not refused")
            return
        }
        #expect(status == .upgradeRequired)
        #expect(answer[.secWebSocketVersion] == "13")
    }

    @Test func `subprotocols are listed in the order of the client`() {
        let headers: HTTPFields = [.secWebSocketProtocol: "actioncable-v1-json, actioncable-unsupported"]
        #expect(
            WebSocketHandshake.offeredSubprotocols(headers) == [
                "actioncable-v1-json", "actioncable-unsupported",
            ])
    }
}
