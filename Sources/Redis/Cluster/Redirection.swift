/// Where a node of a cluster sends us with a command that is not for it. It has not run the command.
struct Redirection: Equatable, Sendable {
    let slot: HashSlot
    let endpoint: RedisConfiguration.Endpoint
    /// `ASK`: for this one command, as the slot is on its way there; `MOVED` is for good.
    let isForOnce: Bool

    /// From an error reply `MOVED 3999 127.0.0.1:6381`; nil when it is another one.
    ///
    /// - Parameter asked: who said so. A node that does not know its own address leaves the host out, meaning the one
    ///   it was asked at.
    init?(_ reply: String, asked: RedisConfiguration.Endpoint) {
        let words = reply.split(separator: " ")
        guard words.count == 3, words[0] == "MOVED" || words[0] == "ASK", let slot = Int(words[1]),
            (0..<HashSlot.count).contains(slot), let colon = words[2].lastIndex(of: ":"),
            let port = Int(words[2][words[2].index(after: colon)...])
        else { return nil }
        let host = String(words[2][..<colon])
        self.slot = HashSlot(slot)
        endpoint = .tcp(host: host.isEmpty ? asked.host : host, port: port)
        isForOnce = words[0] == "ASK"
    }

    init?(_ error: RedisError, asked: RedisConfiguration.Endpoint) {
        guard error.serverCode == .moved || error.serverCode == .ask else { return nil }
        self.init(error.message, asked: asked)
    }
}

extension RedisConfiguration.Endpoint {
    /// Empty for a unix socket, which no node of a cluster has.
    var host: String {
        guard case .tcp(let host, _) = self else { return "" }
        return host
    }
}
