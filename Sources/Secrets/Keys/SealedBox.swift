import Foundation

/// Seals values that lie in the database (a channel's access token, a mail password) with AES-256-GCM.
///
///     v1.3f9a01c7.BASE64URL(nonce 12 · ciphertext · tag 16)
///        └ id of the key, so that keys can be changed while old values stay readable
///
/// The *associated data* ties a value to its place ("inbox 42, smtp password"): moved elsewhere it does not
/// open. Nonces are random, which is safe for 2³² values per key (NIST SP 800-38D, 8.3).
package struct SealedBox: Sendable {
    private static let version = "v1"
    private let currentID: String
    private let keys: [String: SecretKey]

    /// Boxes of different purposes do not open each other's values.
    package init(_ keyring: Keyring, purpose: String) {
        currentID = keyring.current.id
        keys = keyring.derive("sealed box: " + purpose)
    }

    package func seal(_ secret: String, for associated: String) throws(SecretsError) -> String {
        try seal(Array(secret.utf8), for: associated)
    }

    package func seal(_ secret: [UInt8], for associated: String) throws(SecretsError) -> String {
        let header = "\(Self.version).\(currentID)."
        let nonce = RandomToken.bytes(AESGCM.nonceCount)
        let sealed = try AESGCM.seal(
            secret, key: keys[currentID]!, nonce: nonce, associated: Array((header + associated).utf8))
        return header + Base64.urlSafe.encode(nonce + sealed)
    }

    /// Throws `.malformed`, `.unknownKey`, or `.forged`, which also means other associated data.
    package func open(_ text: String, for associated: String) throws(SecretsError) -> [UInt8] {
        let (id, body) = try Self.parse(text)
        guard let key = keys[id] else {
            throw SecretsError(.unknownKey, "sealed with key \(id), which is not in the keyring")
        }
        let header = "\(Self.version).\(id)."
        return try AESGCM.open(
            body.dropFirst(AESGCM.nonceCount), key: key, nonce: Array(body.prefix(AESGCM.nonceCount)),
            associated: Array((header + associated).utf8))
    }

    package func openText(_ text: String, for associated: String) throws(SecretsError) -> String {
        guard let secret = String(validating: try open(text, for: associated), as: UTF8.self) else {
            throw SecretsError(.malformed, "the sealed value is not text")
        }
        return secret
    }

    /// Whether the value should be sealed again, since the current key is another.
    package func needsReseal(_ text: String) -> Bool { !text.hasPrefix("\(Self.version).\(currentID).") }

    private static func parse(_ text: String) throws(SecretsError) -> (id: String, body: [UInt8]) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == version, let body = Base64.urlSafe.decode(parts[2]),
            body.count >= AESGCM.nonceCount + AESGCM.tagCount
        else { throw SecretsError(.malformed, "not a sealed value") }
        return (String(parts[1]), body)
    }
}
