/// Which of a Redis Cluster's 16,384 slots a key or channel lies in (redis.io/docs/reference/cluster-spec).
///
/// The checksum is CRC16/XMODEM of the key, or of its hash tag alone: what stands between the first `{` and the next
/// `}`, if that is anything. So all keys with one tag lie together, and one script may touch them.
struct HashSlot: Hashable, Sendable {
    static let count = 16_384

    let number: Int

    init(_ number: Int) { self.number = number }

    init(of key: String) {
        var key = key
        self = key.withUTF8 { HashSlot(of: $0) }
    }

    init(of key: UnsafeBufferPointer<UInt8>) {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            hashed = key[(open + 1)..<close]
        }
        number = Int(Self.checksum(hashed)) % Self.count
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(0) { $0 << 8 ^ table[Int(UInt8(truncatingIfNeeded: $0 >> 8) ^ $1)] }
    }

    /// The remainders of all bytes by the polynomial x¹⁶ + x¹² + x⁵ + 1.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }
}
