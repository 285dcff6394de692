import COpenSSL

/// SHA-256 (FIPS 180-4).
package enum Digest {
    /// `nonisolated(unsafe)`: libcrypto's method objects are fetched once and never changed (EVP_MD_fetch(3)).
    private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    package static func sha256(_ message: some Sequence<UInt8>) -> [UInt8] {
        let message = Array(message)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        // Not `SHA256()`, which looks its algorithm up by name at each call.
        let done = EVP_Digest(message, message.count, &digest, nil, algorithm, nil)
        precondition(done == 1, "libcrypto has no SHA-256")
        return digest
    }

    /// In lower-case hexadecimal.
    package static func sha256Hex(_ message: some Sequence<UInt8>) -> String {
        hexadecimal(sha256(message))
    }

    package static func sha256Hex(_ text: String) -> String { sha256Hex(text.utf8) }
}

/// HMAC-SHA256 (RFC 2104): 32 bytes.
package func hmacSHA256(key: some Sequence<UInt8>, _ message: some Sequence<UInt8>) -> [UInt8] {
    var key = Array(key)
    defer { cleanse(&key) }
    let message = Array(message)
    var code = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    var length: UInt32 = 0
    let done = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length)
    precondition(done != nil && length == code.count, "libcrypto has no HMAC-SHA256")
    return code
}

/// Compares without telling by the time it takes where the first difference is. The lengths are no secret.
package func constantTimeEquals(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
    let (left, right) = (Array(left), Array(right))
    return left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

package func constantTimeEquals(_ left: String, _ right: String) -> Bool {
    constantTimeEquals(left.utf8, right.utf8)
}

/// Overwrites a secret that is no longer needed, in a way that the optimiser keeps.
func cleanse(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
