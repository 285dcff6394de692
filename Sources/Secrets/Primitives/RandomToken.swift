import COpenSSL

/// Tokens that nobody can guess: bytes of libcrypto's generator in URL-safe text.
package enum RandomToken {
    /// 32 bytes (43 characters) are beyond any search; 16 do for what lives for seconds.
    package static func make(bytes count: Int = 32) -> String {
        Base64.urlSafe.encode(bytes(count))
    }

    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // Without randomness nothing in this room is safe, so there is no going on.
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "libcrypto's random generator failed")
        return bytes
    }
}
