import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import Gateway

/// The head of a handshake is read by two readers; whatever the quick one takes, the other one reads the same.
@Suite struct HandshakeHeadTests {
    static let browser = """
        GET /cable?ticket=abc&x=%20y HTTP/1.1\r
        Host: chat.example.com\r
        Connection: keep-alive, Upgrade\r
        Pragma: no-cache\r
        Cache-Control: no-cache\r
        User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\r
        Upgrade: websocket\r
        Origin: https://shop.example\r
        Sec-WebSocket-Version: 13\r
        Accept-Encoding: gzip, deflate, br, zstd\r
        Accept-Language: en-US,en;q=0.5\r
        Cookie: a=1; b=2\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r
        Sec-WebSocket-Protocol: actioncable-v1-json,\tactioncable-unsupported \t\r
        \r

        """

    private static func head(_ text: String) -> HandshakeHead? {
        HandshakeHead(ByteBuffer(string: text), isSocket: { $0 == "/cable" })
    }

    /// What the HTTP parser makes of it; nil when it refuses it or has not had enough.
    private func parsed(_ bytes: ByteBuffer) throws -> HTTPRequest? {
        let channel = EmbeddedChannel()
        // A parser that has failed says so once more when it is taken down.
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
            HTTP1ToHTTPServerCodec(secure: false),
        ])
        // A refusal leaves nothing to be read.
        _ = try? channel.writeInbound(bytes)
        guard case .head(let request)? = try channel.readInbound(as: HTTPRequestPart.self) else { return nil }
        guard case .end? = try channel.readInbound(as: HTTPRequestPart.self) else { return nil }
        return request
    }

    @Test func `what a browser sends is read as the HTTP parser reads it`() throws {
        let head = try #require(Self.head(Self.browser))
        #expect(try head.request == parsed(ByteBuffer(string: Self.browser)))
        #expect(head.length == Self.browser.utf8.count)
        #expect(head.request.authority == "chat.example.com")
        #expect(head.request.path == "/cable?ticket=abc&x=%20y")
    }

    @Test func `what comes behind it is no part of it`() {
        #expect(Self.head(Self.browser + "\u{1}\u{2}GET /")?.length == Self.browser.utf8.count)
    }

    @Test(arguments: [
        ("", ""), ("GET", "get"), ("GET", "POST"), ("/cable?", "/hello?"), ("/cable?", "http://chat/cable?"),
        ("%20y", "\u{e9}"), ("%20y", "#y"), ("%20y", "\ty"), ("HTTP/1.1", "HTTP/1.0"),
        ("HTTP/1.1", " HTTP/1.1"),
        ("Host: chat.example.com\r\n", ""), ("Pragma: no-cache", "Host: other.example"),
        ("Pragma", "ORIGIN"), ("Pragma: no-cache", "Content-Length: 3"),
        ("Pragma: no-cache", "Content-Length: 0"),
        ("Pragma: no-cache", "Transfer-Encoding: chunked"), ("Pragma: no-cache", "Expect: 100-continue"),
        ("Pragma: no-cache", "Trailer: x"), ("Pragma: no-cache", "Pragma : no-cache"),
        ("Pragma: no-cache", "Pragma: a\r\n b"), ("Pragma: no-cache", "Pragma: a\nX: b"),
        ("Pragma: no-cache", "Pragma: a\rb"), ("Pragma: no-cache", "Pragma: \u{e9}"),
        ("Pragma: no-cache", "Pragma: \u{0}"), ("Pragma: no-cache", ": no-cache"),
        ("Pragma: no-cache", "Pragma"),
        ("Upgrade: websocket", "Upgrade: h2c"), ("keep-alive, Upgrade", "keep-alive"), ("\r\n\r\n", "\r\n"),
        ("Pragma: no-cache", "Pragma: \(String(repeating: "x", count: 8192))"),
        ("Pragma: no-cache\r\n", (0..<64).map { "X-\($0): y\r\n" }.joined()),
    ])
    func `whatever is unusual is left to the parser`(from old: String, to new: String) throws {
        let text = old.isEmpty ? "\u{16}\u{3}\u{1}" : Self.browser.replacing(old, with: new)
        #expect(text != Self.browser)
        #expect(Self.head(text) == nil)
    }

    @Test func `half of it is left to the parser`() {
        for count in 0..<Self.browser.utf8.count {
            #expect(Self.head(String(decoding: Self.browser.utf8.prefix(count), as: UTF8.self)) == nil)
        }
    }

    @Test func `whatever is taken is read alike, however it is damaged`() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "\r\n", "\n", "\r", ":", " ", "\t", ",", "Host: x\r\n", "\u{0}", "#", "?", "é", "chunked", "GET ",
        ]
        var taken = 0
        for _ in 0..<3000 {
            var bytes = Array(Self.browser.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                default:
                    bytes.insert(contentsOf: Array(pieces.randomElement(using: &random)!.utf8), at: place)
                }
            }
            let buffer = ByteBuffer(bytes: bytes)
            guard let head = HandshakeHead(buffer, isSocket: { $0 == "/cable" }) else { continue }
            taken += 1
            let whole = buffer.getSlice(at: 0, length: head.length)
            #expect(try head.request == parsed(try #require(whole)), "\(String(buffer: buffer))")
        }
        #expect(taken > 100)
    }
}
