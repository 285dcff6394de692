import COpenSSL

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a 12-byte nonce and the tag behind the ciphertext.
enum AESGCM {
    static let nonceCount = 12
    static let tagCount = 16

    static func seal(
        _ plain: [UInt8], key: SecretKey, nonce: [UInt8], associated: [UInt8]
    ) throws(SecretsError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: plain.count + tagCount)
        var isDone = false
        run(key, nonce, encrypting: true) { context in
            var count: Int32 = 0
            guard EVP_CipherUpdate(context, nil, &count, associated, Int32(associated.count)) == 1,
                EVP_CipherUpdate(context, &output, &count, plain, Int32(plain.count)) == 1
            else { return }
            isDone = output.withUnsafeMutableBufferPointer { buffer in
                // GCM is a stream: the end adds no byte, only the tag.
                let tag = buffer.baseAddress! + plain.count
                return EVP_CipherFinal_ex(context, tag, &count) == 1
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), tag) == 1
            }
        }
        guard isDone else { throw SecretsError(.library, "AES-256-GCM is not available") }
        return output
    }

    static func open(
        _ sealed: some Collection<UInt8>, key: SecretKey, nonce: [UInt8], associated: [UInt8]
    ) throws(SecretsError) -> [UInt8] {
        let cipher = Array(sealed.dropLast(tagCount))
        var tag = Array(sealed.suffix(tagCount))
        var plain = [UInt8](repeating: 0, count: cipher.count)
        var isGenuine = false
        run(key, nonce, encrypting: false) { context in
            var count: Int32 = 0
            var end: [UInt8] = [0]
            isGenuine =
                EVP_CipherUpdate(context, nil, &count, associated, Int32(associated.count)) == 1
                && EVP_CipherUpdate(context, &plain, &count, cipher, Int32(cipher.count)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &tag) == 1
                && EVP_CipherFinal_ex(context, &end, &count) == 1
        }
        guard isGenuine else {
            cleanse(&plain)  // what was deciphered before the tag was known to be wrong
            throw SecretsError(.forged, "the value was changed, or sealed for another place")
        }
        return plain
    }

    /// Leaves no context and no entry in the thread's error queue behind.
    private static func run(
        _ key: SecretKey, _ nonce: [UInt8], encrypting: Bool, _ body: (OpaquePointer) -> Void
    ) {
        guard let context = EVP_CIPHER_CTX_new() else { return }
        defer {
            EVP_CIPHER_CTX_free(context)
            ERR_clear_error()
        }
        let isReady = key.withBytes { bytes in
            let bytes = bytes.assumingMemoryBound(to: UInt8.self)
            return bytes.count == 32 && nonce.count == nonceCount
                && EVP_CipherInit_ex(
                    context, EVP_aes_256_gcm(), nil, bytes.baseAddress, nonce, encrypting ? 1 : 0) == 1
        }
        if isReady { body(context) }
    }
}
