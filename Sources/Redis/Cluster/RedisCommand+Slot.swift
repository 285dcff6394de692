extension RedisCommand {
    /// The slot of the first key, or channel, that the command names; nil when it names none and any node will do.
    var slot: HashSlot? {
        let place: Int? =
            switch name {
            case "PING", "INFO", "TIME", "CONFIG", "CLIENT", "CLUSTER", "SCRIPT", "PUBSUB", "PUBLISH",
                "MULTI", "EXEC",
                "DISCARD", "DBSIZE", "ECHO", "WAIT", "ACL", "COMMAND", "LATENCY":
                nil
            case "XINFO", "XGROUP", "OBJECT", "MEMORY", "BITOP": 2
            case "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO":
                arguments.count > 2 && arguments[2] != 0 && arguments[2] != "0" ? 3 : nil
            case "XREAD", "XREADGROUP": arguments.firstIndex(of: "STREAMS").map { $0 + 1 }
            default: 1
            }
        guard let place, place < arguments.count else { return nil }
        switch arguments[place] {
        case .string(let key): return HashSlot(of: key)
        case .bytes(let key):
            return key.withUnsafeReadableBytes { HashSlot(of: $0.assumingMemoryBound(to: UInt8.self)) }
        case .integer(let key): return HashSlot(of: String(key))
        }
    }
}
