/// Which node holds which slot of a cluster, as one of its nodes knew it at some moment. A pure value.
struct SlotMap: Equatable, Sendable {
    typealias Endpoint = RedisConfiguration.Endpoint

    /// Those that hold slots.
    private(set) var masters: [Endpoint] = []
    /// All, to be asked for a newer map.
    private(set) var everyone: [Endpoint] = []
    /// By slot: the place in `masters`, or -1 where nobody serves it.
    private var owners = [Int16](repeating: -1, count: HashSlot.count)

    subscript(slot: HashSlot) -> Endpoint? {
        let owner = owners[slot.number]
        return owner < 0 ? nil : masters[Int(owner)]
    }

    /// Takes the answer to CLUSTER SLOTS: `[[first, last, [host, port, …] of the master, … of its replicas], …]`.
    ///
    /// A host that is empty or missing is the one that was `asked`. Throws `.protocolViolation`.
    init(clusterSlots reply: RESPValue, asked: Endpoint) throws(RedisError) {
        for range in reply.array ?? [] {
            guard let parts = range.array, parts.count >= 3, let first = parts[0].int,
                let last = parts[1].int,
                first <= last, (0..<HashSlot.count).contains(first), last < HashSlot.count,
                let master = Self.endpoint(parts[2], asked: asked)
            else {
                throw RedisError(.protocolViolation, "no answer to CLUSTER SLOTS", command: "CLUSTER SLOTS")
            }
            let owner = place(of: master)
            for slot in first...last { owners[slot] = owner }
            for node in parts.dropFirst(2) {
                guard let node = Self.endpoint(node, asked: asked), !everyone.contains(node) else { continue }
                everyone.append(node)
            }
        }
    }

    /// What a `MOVED` tells, until there is a newer map.
    mutating func move(_ slot: HashSlot, to endpoint: Endpoint) {
        owners[slot.number] = place(of: endpoint)
        if !everyone.contains(endpoint) { everyone.append(endpoint) }
    }

    private mutating func place(of endpoint: Endpoint) -> Int16 {
        if let place = masters.firstIndex(of: endpoint) { return Int16(place) }
        masters.append(endpoint)
        return Int16(masters.count - 1)
    }

    private static func endpoint(_ node: RESPValue, asked: Endpoint) -> Endpoint? {
        guard let parts = node.array, parts.count >= 2, let port = parts[1].int else { return nil }
        let host = parts[0].text ?? ""
        // "?" is a host that the node does not know.
        return .tcp(host: host.isEmpty || host == "?" ? asked.host : host, port: port)
    }
}
