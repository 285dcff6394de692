extension RedisConfiguration {
    /// From a URL:
    ///
    ///     redis://[[user]:password@]host[:6379][/db]
    ///     rediss://…                        the same over TLS
    ///     unix://[[user]:password@]/path/to/redis.sock[?db=1]
    ///     redis-cluster://[[user]:password@]host[:6379][,host[:6379]…]    some nodes of a Redis Cluster
    ///     rediss-cluster://…
    ///
    /// User, password and path may be percent-encoded; an IPv6 host stands in brackets. Options follow `?`:
    /// `db`, `client_name`, and for TLS `verify=full|chain|none`, `cacert`, `cert`, `key` (PEM files).
    ///
    /// Throws `.configuration`, which names the part at fault and never the password.
    package init(url: String) throws(RedisError) {
        guard let colon = url.firstRange(of: "://") else { throw .url("has no scheme (redis://host:6379)") }
        let scheme = url[..<colon.lowerBound].lowercased()
        var rest = url[colon.upperBound...]

        var options: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            options = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        var login: Substring?
        // The last @: an unencoded password may contain one.
        if let at = rest.lastIndex(of: "@") {
            login = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }

        switch scheme {
        case "redis", "rediss":
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            self.init(endpoint: try Self.address(rest[..<slash]))
            let path = rest[slash...].dropFirst()
            if !path.isEmpty { database = try Self.database(path) }
            if scheme == "rediss" { tls = TLS() }
        case "redis-cluster", "rediss-cluster":
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            guard rest[slash...].allSatisfy({ $0 == "/" || $0 == "0" }) else {
                throw .url("has a database, and a cluster has none but 0")
            }
            var seeds: [Endpoint] = []
            for host in rest[..<slash].split(separator: ",") { seeds.append(try Self.address(host)) }
            if seeds.isEmpty { seeds = [try Self.address("")] }
            self.init(endpoint: seeds[0])
            self.seeds = seeds
            if scheme == "rediss-cluster" { tls = TLS() }
        case "unix", "redis+unix":
            guard rest.hasPrefix("/") else { throw .url("needs an absolute path (unix:///run/redis.sock)") }
            self.init(endpoint: .unix(path: try Self.decode(rest, "path")))
        default:
            throw .url(
                "has an unknown scheme; known are redis, rediss, unix, redis-cluster and rediss-cluster")
        }
        if let login { try apply(login: login) }
        for option in options.split(separator: "&") { try apply(option: option) }
        if isCluster, database != 0 { throw .url("has a database, and a cluster has none but 0") }
    }

    private static func address(_ text: Substring) throws(RedisError) -> Endpoint {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw .url("has an unclosed [ in the host") }
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else {
                throw .url("has text after the ] of the host")
            }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.contains(":") || text.hasPrefix("[") else { throw .url("needs [brackets] for IPv6") }
        let number = port.map { Int($0) ?? 0 } ?? 6379
        guard (1...65535).contains(number) else { throw .url("has a port outside 1-65535") }
        return .tcp(host: host.isEmpty ? "127.0.0.1" : try decode(host, "host"), port: number)
    }

    private mutating func apply(login: Substring) throws(RedisError) {
        guard let colon = login.firstIndex(of: ":") else {
            throw .url("has a user without password (write :password@ for a password alone)")
        }
        let user = try Self.decode(login[..<colon], "user")
        self.user = user.isEmpty ? nil : user
        password = try Self.decode(login[login.index(after: colon)...], "password")
    }

    private mutating func apply(option: Substring) throws(RedisError) {
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard parts.count == 2 else { throw .url("has the option \(name) without a value") }
        let value = try Self.decode(parts[1], name)
        switch name {
        case "db": database = try Self.database(parts[1])
        case "client_name": clientName = value
        case "verify", "cacert", "cert", "key": try apply(tlsOption: name, value)
        default: throw .url("has the unknown option \(name)")
        }
    }

    private mutating func apply(tlsOption name: String, _ value: String) throws(RedisError) {
        guard tls != nil else {
            throw .url("has the TLS option \(name) without rediss:// or rediss-cluster://")
        }
        switch name {
        case "verify":
            guard let verification = TLS.Verification(rawValue: value) else {
                throw .url("has verify=, which is one of full, chain, none")
            }
            tls?.verification = verification
        case "cacert": tls?.authorityFile = value
        case "cert": tls?.certificateFile = value
        default: tls?.keyFile = value
        }
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else { throw .url("has a database that is no number") }
        return number
    }

    private static func decode(_ text: Substring, _ part: String) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw .url("has a % in the \(part) that no two hex digits follow (write %25)") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .url("has a \(part) that is not UTF-8")
        }
        return decoded
    }
}

extension RedisError {
    fileprivate static func url(_ problem: String) -> RedisError {
        RedisError(.configuration, "the Redis URL \(problem)")
    }
}
