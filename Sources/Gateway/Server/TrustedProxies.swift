/// The reverse proxies whose word about the address of a client counts.
package struct TrustedProxies: Sendable {
    /// An entry of the setting that is no address, no CIDR block and not `unix`.
    package struct InvalidEntry: Error, Equatable {
        package let entry: String
    }

    private struct Block {
        let prefix: UInt128
        let mask: UInt128
    }

    private var blocks: [Block] = []
    /// Whether whoever connects over a Unix domain socket is a proxy.
    private(set) var includesUnixSockets = false

    /// Nobody is trusted.
    package init() {}

    /// Takes addresses (`10.0.0.7`, `::1`), CIDR blocks (`10.0.0.0/8`, `fd00::/8`) and `unix`.
    package init(_ entries: [String]) throws(InvalidEntry) {
        for entry in entries {
            if entry == "unix" {
                includesUnixSockets = true
            } else if let block = Self.block(entry) {
                blocks.append(block)
            } else {
                throw InvalidEntry(entry: entry)
            }
        }
    }

    func contains(_ address: IPAddress) -> Bool {
        blocks.contains { address.bits & $0.mask == $0.prefix }
    }

    private static func block(_ entry: String) -> Block? {
        let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        var length = 128
        if parts.count == 2 {
            guard parts[1].allSatisfy(\.isWholeNumber), let given = Int(parts[1]) else { return nil }
            length = parts[0].contains(":") ? given : given + 96
            guard (parts[0].contains(":") ? 0...128 : 96...128).contains(length) else { return nil }
        }
        let mask = length == 0 ? 0 : UInt128.max << UInt128(128 - length)
        return Block(prefix: address.bits & mask, mask: mask)
    }
}
