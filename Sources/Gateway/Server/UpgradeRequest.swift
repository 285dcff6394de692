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

/// The path and query of a request line, taken apart by bytes: to `Character` a question mark before a combining mark is
/// none.
struct RequestTarget {
    let path: String
    private let rawQuery: Substring.UTF8View

    init(_ target: String) {
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        self.path = String(target[..<(mark ?? target.endIndex)])
        self.rawQuery = mark.map { target.utf8[target.utf8.index(after: $0)...] } ?? "".utf8[...]
    }

    /// Decoded as browsers encode forms and `URLSearchParams`: `+` is a space. What is not valid percent
    /// encoding is left out.
    var query: [String: String] {
        var parameters: [String: String] = [:]
        for pair in rawQuery.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]),
                let value = Self.decode(parts.count > 1 ? parts[1] : "".utf8[...])
            else { continue }
            if parameters[name] == nil { parameters[name] = value }
        }
        return parameters
    }

    /// Nil of what is not valid, or no UTF-8.
    private static func decode(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
