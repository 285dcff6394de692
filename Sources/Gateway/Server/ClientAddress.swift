import HTTPTypes

/// Whom a request comes from.
package enum ClientAddress {
    /// What is said of a client whose address nobody knows, as over a Unix domain socket.
    package static let unknown = "unknown"

    /// The address of the client: the peer's, unless the peer is a trusted proxy. Each proxy appends whom
    /// it got the request from to `X-Forwarded-For`, so the list is read from its end, and the first address
    /// that is no trusted proxy is the client's: what stands before it is only what that client claims.
    ///
    /// - Parameters:
    ///   - peer: the numeric address of the other end of the connection; nil over a Unix domain socket.
    ///   - forwardedFor: the values of all `X-Forwarded-For` headers, in order.
    package static func resolve(
        peer: String?, forwardedFor: [String], trusting proxies: TrustedProxies
    ) -> String {
        let address = peer.flatMap { IPAddress($0) }
        var known = address?.text ?? peer ?? unknown
        guard address.map(proxies.contains) ?? (peer == nil && proxies.includesUnixSockets) else {
            return known
        }
        for entry in forwardedFor.flatMap({ $0.split(separator: ",") }).reversed() {
            // A proxy that says something else than an address ends what can be known.
            guard let address = IPAddress(withoutPort(entry)) else { return known }
            known = address.text
            guard proxies.contains(address) else { return known }
        }
        return known
    }

    /// Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    private static func withoutPort(_ entry: Substring) -> Substring {
        let entry = entry.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        guard let colon = entry.lastIndex(of: ":") else { return entry }
        let host = entry[..<colon]
        return host.hasSuffix("]") || !host.contains(":") ? host : entry
    }
}

extension HTTPField.Name {
    static let xForwardedFor = Self("X-Forwarded-For")!
}
