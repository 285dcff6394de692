import Foundation
import HTTPTypes

/// A request to open a WebSocket, as an `Admit` gets to see it.
package struct UpgradeRequest: Sendable {
    /// Without the query, as it was sent.
    package let path: String
    /// The parameters of the query, decoded; where a name comes twice, the first counts.
    package let query: [String: String]
    package let headers: HTTPFields
    /// The `Host` that the client thinks it speaks to.
    package let host: String?
    /// The address of the client: the peer's, or what trusted proxies say (`ClientAddress`).
    package let remoteAddress: String
    /// What the client would like to speak, most liked first.
    package let offeredSubprotocols: [String]

    package init(
        path: String, query: [String: String], headers: HTTPFields, host: String? = nil, remoteAddress: String
    ) {
        self.path = path
        self.query = query
        self.headers = headers
        self.host = host
        self.remoteAddress = remoteAddress
        self.offeredSubprotocols = WebSocketHandshake.offeredSubprotocols(headers)
    }

    init(_ request: HTTPRequest, remoteAddress: String) {
        let target = RequestTarget(request.path ?? "/")
        self.init(
            path: target.path, query: target.query, headers: request.headerFields,
            host: request.authority, remoteAddress: remoteAddress)
    }
}

/// The path and query of a request line.
struct RequestTarget {
    let path: String
    private let rawQuery: Substring

    init(_ target: String) {
        let mark = target.firstIndex(of: "?")
        self.path = String(target[..<(mark ?? target.endIndex)])
        self.rawQuery = mark.map { target[target.index(after: $0)...] } ?? ""
    }

    /// Decoded as browsers encode forms and `URLSearchParams`: `+` is a space. What is not valid percent
    /// encoding is left out.
    var query: [String: String] {
        var parameters: [String: String] = [:]
        for pair in rawQuery.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = Self.decode(parts.count > 1 ? parts[1] : "")
            else { continue }
            if parameters[name] == nil { parameters[name] = value }
        }
        return parameters
    }

    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
