/// The web pages whose scripts may open a socket, by the `Origin` that browsers say and scripts cannot change
/// (RFC 6455 section 10.2).
///
/// Empty lets all in: the widget runs on customers' pages, and a socket is opened by a token that a foreign page does
/// not have, never by a cookie. Where there is a list, the gateway's own pages are on it without being named.
package struct AllowedOrigins: Sendable {
    /// An entry of the setting that is no origin: `scheme://host[:port]`, the host beginning with `*.` or not.
    package struct InvalidEntry: Error, Equatable {
        package let entry: String
    }

    private var exact: Set<String> = []
    /// `https://*.example.com:8443` as its parts; the domain with the dot before it.
    private var wildcards: [(scheme: String, domain: String)] = []

    /// Everybody is let in.
    package init() {}

    package init(_ entries: [String]) throws(InvalidEntry) {
        for entry in entries {
            let parts = entry.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, ["http", "https"].contains(parts[0]) else {
                throw InvalidEntry(entry: entry)
            }
            let isWildcard = parts[1].hasPrefix("*.")
            let host = isWildcard ? parts[1].dropFirst() : parts[1]
            guard !host.isEmpty, host != ".", host.utf8.allSatisfy(Self.isOfHostAndPort) else {
                throw InvalidEntry(entry: entry)
            }
            if isWildcard {
                wildcards.append((String(parts[0]), String(host)))
            } else {
                exact.insert(entry)
            }
        }
    }

    /// - Parameters:
    ///   - origin: the header, as browsers write it: lower case, without a default port. Nil is a client that is no
    ///     browser, or one that hides where it comes from; both are refused where there is a list.
    ///   - host: the `Host` of the request.
    func allow(_ origin: String?, host: String?) -> Bool {
        guard !exact.isEmpty || !wildcards.isEmpty else { return true }
        guard let origin else { return false }
        if exact.contains(origin) { return true }
        if let host, origin == "https://\(host)" || origin == "http://\(host)" { return true }
        return wildcards.contains { wildcard in
            let beginning = wildcard.scheme + "://"
            guard origin.hasPrefix(beginning), origin.hasSuffix(wildcard.domain) else { return false }
            let subdomain = origin.dropFirst(beginning.count).dropLast(wildcard.domain.count)
            // Nothing that could end a host earlier than it seems.
            return !subdomain.isEmpty && subdomain.utf8.allSatisfy(Self.isOfHost)
        }
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isOfHostAndPort(_ byte: UInt8) -> Bool {
        isOfHost(byte) || [UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]")].contains(byte)
    }
}
