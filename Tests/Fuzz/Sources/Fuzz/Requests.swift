import Foundation
import HTTPTypes
import NIOCore

/// The request that asks for a socket.
enum Requests {
    /// Of a head that was taken nothing is left open: it ends where it ends, announces no body, and written anew it is
    /// read the same. Tests compare what is taken with the HTTP parser.
    static let head: Target = { input in
        let bytes = ByteBuffer(bytes: input)
        guard let head = HandshakeHead(bytes, isSocket: { $0 == "/cable" }) else { return }
        let text = Array(input.prefix(head.length))
        expect(
            text.suffix(4) == [13, 10, 13, 10] && head.length <= HandshakeHead.maxBytes, "it ends elsewhere")
        expect(
            HandshakeHead(ByteBuffer(bytes: text.dropLast()), isSocket: { _ in true }) == nil,
            "a part of it is taken")
        let fields = head.request.headerFields
        for name in [HTTPField.Name.contentLength, .transferEncoding, .expect, .trailer] {
            expect(fields[values: name].isEmpty, "it announces a body")
        }
        expect(Set(fields.map(\.name)).count == fields.count, "a name comes twice")
        var written = "GET \(head.request.path ?? "") HTTP/1.1\r\nhost:\(head.request.authority ?? "")\r\n"
        for field in fields { written += "\(field.name.rawName):\t\(field.value) \r\n" }
        let again = HandshakeHead(ByteBuffer(string: written + "\r\n"), isSocket: { $0 == "/cable" })
        expect(
            again.map { $0.request == head.request } ?? (written.utf8.count + 2 > HandshakeHead.maxBytes),
            "\(written) is read otherwise")
    }

    /// What was read from a query can be written and is read the same again.
    static let target: Target = { input in
        let text = String(decoding: input, as: UTF8.self)
        let target = RequestTarget(text)
        expect(!target.path.utf8.contains(UInt8(ascii: "?")), "the path has a query")
        expect(text.utf8.starts(with: target.path.utf8), "the path is not the beginning")
        var parts = URLComponents()
        parts.queryItems = target.query.map { URLQueryItem(name: $0.key, value: $0.value) }
        // URLComponents leaves a plus alone, which forms read as a space.
        let written = (parts.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        let again = RequestTarget("/?\(written)").query
        func bytes(_ query: [String: String]) -> Set<[String]> {
            Set(query.map { [hex($0.key), hex($0.value)] })
        }
        expect(bytes(again) == bytes(target.query), "\(target.query) is read as \(again)")
    }

    /// Every name is a bare one, in the order in which it was offered.
    static let subprotocols: Target = { input in
        let text = String(decoding: input, as: UTF8.self)
        var headers = HTTPFields()
        for line in text.split(separator: "\n") where HTTPField.isValidValue(String(line)) {
            headers.append(HTTPField(name: .secWebSocketProtocol, value: String(line)))
        }
        let offered = WebSocketHandshake.offeredSubprotocols(headers)
        for name in offered {
            let bytes = Array(name.utf8)
            expect(!bytes.isEmpty && !bytes.contains(UInt8(ascii: ",")), "“\(name)” is no name")
            for edge in [bytes.first, bytes.last] {
                expect(edge != 0x20 && edge != 0x09, "“\(name)” has edges")
            }
        }
        let joined = offered.joined(separator: ",")
        let again = WebSocketHandshake.offeredSubprotocols([.secWebSocketProtocol: joined])
        expect(again.map(hex) == offered.map(hex), "\(offered) is read as \(again)")
        _ = WebSocketHandshake.refusal(of: headers)
    }

    /// Whatever is let in by a wildcard is, to Foundation too, a host below that domain.
    static let origins: Target = { input in
        let origin = String(decoding: input, as: UTF8.self)
        guard let origins = try? AllowedOrigins(["https://*.example.com"]) else {
            fail("the list is refused")
        }
        guard origins.allow(origin, host: nil) else { return }
        let parts = URLComponents(string: origin)
        expect(parts?.scheme == "https" && parts?.user == nil && parts?.port == nil, "\(origin) is let in")
        expect(parts?.host?.hasSuffix(".example.com") == true, "\(origin) is let in")
        expect(parts?.path == "" && parts?.query == nil && parts?.fragment == nil, "\(origin) is let in")
    }

    private static func hex(_ text: String) -> String {
        text.utf8.map { String($0, radix: 16) }.joined(separator: " ")
    }
}
