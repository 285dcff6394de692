/// The one secret an installation has to keep; every other key comes from it by its purpose, so that no two
/// uses ever share a key.
package struct MasterKey: Sendable {
    /// Names the key in sealed text and tokens without saying anything about it.
    package let id: String
    private let secret: SecretKey

    /// Reads 32 bytes or more in hexadecimal or base64 (either alphabet, padded or not), as
    /// `openssl rand -hex 32` and `openssl rand -base64 32` print them.
    package init(_ text: String) throws(SecretsError) {
        guard var bytes = Self.bytes(of: text), bytes.count >= 32 else {
            throw SecretsError(
                .invalidKey,
                "a master key is 32 bytes in hexadecimal or base64; make one by: openssl rand -hex 32")
        }
        defer { cleanse(&bytes) }
        secret = SecretKey(bytes)
        id = Self.derive(secret, "key id", 4).withBytes(hexadecimal)
    }

    /// The key for one purpose. A purpose is a constant of the program and must never change its meaning.
    package func derive(_ purpose: String, count: Int = 32) -> SecretKey {
        Self.derive(secret, "purpose " + purpose, count)
    }

    private static func derive(_ secret: SecretKey, _ info: String, _ count: Int) -> SecretKey {
        secret.withBytes { HKDF.derive(from: $0, salt: "switchboard".utf8, info: info.utf8, count: count) }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        if digits.count >= 64, digits.count.isMultiple(of: 2),
            text.allSatisfy({ $0.isASCII && $0.isHexDigit })
        {
            return stride(from: 0, to: digits.count, by: 2).map {
                UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)!
            }
        }
        let unpadded = text.reversed().drop { $0 == "=" }.reversed()
        let body = String(unpadded)
        guard text.count - body.count <= 2 else { return nil }
        return Base64.standard.decode(body) ?? Base64.urlSafe.decode(body)
    }
}

/// The master key in use and those before it, which still open what they sealed.
package struct Keyring: Sendable {
    package let current: MasterKey
    package let previous: [MasterKey]

    package init(current: MasterKey, previous: [MasterKey] = []) {
        self.current = current
        self.previous = previous
    }

    /// The sub-keys for one purpose, by the id of the master key that each comes from.
    func derive(_ purpose: String) -> [String: SecretKey] {
        var keys: [String: SecretKey] = [:]
        for master in [current] + previous { keys[master.id] = master.derive(purpose) }
        return keys
    }
}
