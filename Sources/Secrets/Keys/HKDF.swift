/// HKDF with SHA-256 (RFC 5869): many independent keys from one.
enum HKDF {
    /// At most 255 × 32 bytes, the RFC's limit.
    static func derive(
        from secret: some Sequence<UInt8>, salt: some Sequence<UInt8>, info: some Sequence<UInt8>, count: Int
    ) -> SecretKey {
        precondition(count <= 255 * 32, "HKDF-SHA256 yields 8,160 bytes at most")
        var extracted = hmacSHA256(key: salt, secret)
        defer { cleanse(&extracted) }
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < count {
            block = hmacSHA256(key: extracted, block + info + [counter])
            output += block
            counter &+= 1
        }
        defer {
            cleanse(&output)
            cleanse(&block)
        }
        return SecretKey(output.prefix(count))
    }
}
