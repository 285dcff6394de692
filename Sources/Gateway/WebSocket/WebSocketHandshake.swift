import Foundation
import HTTPTypes
import NIOCore

/// The opening handshake (RFC 6455 section 4.2), as far as it is about headers.
enum WebSocketHandshake {
    /// Whether the client wants this connection to become a WebSocket, be the rest of it right or wrong.
    static func isAsked(by request: HTTPRequest) -> Bool {
        request.method == .get
            && tokens(request.headerFields[values: .upgrade]).contains("websocket")
            && tokens(request.headerFields[values: .connection]).contains("upgrade")
    }

    /// What is wrong with it, if anything is.
    static func refusal(of headers: HTTPFields) -> Admission? {
        guard headers[values: .secWebSocketVersion] == ["13"] else {
            return .refuse(
                status: .upgradeRequired, code: "unsupported_version",
                message: "Only version 13 of the WebSocket protocol is spoken here.",
                headers: [.secWebSocketVersion: "13"])
        }
        let keys = headers[values: .secWebSocketKey]
        guard keys.count == 1, Data(base64Encoded: keys[0])?.count == 16 else {
            return .refuse(
                status: .badRequest, code: "invalid_handshake",
                message: "Sec-WebSocket-Key must be 16 bytes in base64.")
        }
        return nil
    }

    /// The 101 response.
    static func acceptance(of headers: HTTPFields, subprotocol: String?) -> ByteBuffer {
        let key = headers[.secWebSocketKey] ?? ""
        let digest = SHA1.digest("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
        var answer: HTTPFields = [
            .upgrade: "websocket",
            .connection: "Upgrade",
            .secWebSocketAccept: Data(digest).base64EncodedString(),
        ]
        answer[.secWebSocketProtocol] = subprotocol
        return HTTPResponse(status: .switchingProtocols, headerFields: answer).bytes()
    }

    /// The subprotocols that the client offers, those it likes best first.
    static func offeredSubprotocols(_ headers: HTTPFields) -> [String] {
        elements(headers[values: .secWebSocketProtocol])
    }

    private static func tokens(_ values: [String]) -> [String] {
        elements(values).map { $0.lowercased() }
    }

    /// By bytes: to `Character` a comma before a combining mark is no comma.
    private static func elements(_ values: [String]) -> [String] {
        values.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.compactMap { element in
            let trimmed = element.drop { $0 == 0x20 || $0 == 0x09 }
            let end = trimmed.lastIndex { $0 != 0x20 && $0 != 0x09 }
            return end.map { String(Substring(trimmed[...$0])) }
        }
    }
}
