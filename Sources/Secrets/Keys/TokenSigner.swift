import Foundation

/// Why a token was not accepted. Only tokens that this installation signed are told apart any further.
package enum TokenFailure: Error, Sendable, Equatable {
    /// Not of the form of a token.
    case malformed
    /// Not signed by any key of the keyring, or changed since.
    case forged
    /// Genuine, but its time is over.
    case expired
    /// Genuine, but made for something else.
    case wrongPurpose
}

/// Signed tokens for a URL or a header: whoever holds one shows what we once said, until it expires.
///
///     contact.1795860000.3f9a01c7.BASE64URL(payload).BASE64URL(HMAC-SHA256 of all before)
///     purpose  expiry    key id
///
/// The payload is signed, not hidden. The signature covers the text itself, so there is one spelling only.
package struct TokenSigner: Sendable {
    private let currentID: String
    private let keys: [String: SecretKey]

    package init(_ keyring: Keyring) {
        currentID = keyring.current.id
        keys = keyring.derive("token signer")
    }

    /// Signs `payload`; the token is good for `purpose` only, and before `expiry`, in whole seconds.
    package func sign(_ payload: some Sequence<UInt8>, purpose: String, expiry: Date) -> String {
        precondition(
            !purpose.isEmpty && purpose.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 > 32 && $0 < 127 },
            "a purpose is a word of the program without dots")
        let seconds = Int(expiry.timeIntervalSince1970.rounded(.down))
        let text = "\(purpose).\(seconds).\(currentID).\(Base64.urlSafe.encode(payload))"
        return text + "." + signature(of: text, keys[currentID]!)
    }

    /// The payload of a genuine token, or why it is not accepted. The signature is judged first.
    package func verify(_ token: String, purpose: String, at now: Date) -> Result<[UInt8], TokenFailure> {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, let seconds = Int(parts[1]), let payload = Base64.urlSafe.decode(parts[3])
        else {
            return .failure(.malformed)
        }
        guard let key = keys[String(parts[2])] else { return .failure(.forged) }
        let text = token.dropLast(parts[4].count + 1)
        guard constantTimeEquals(signature(of: String(text), key).utf8, parts[4].utf8) else {
            return .failure(.forged)
        }
        guard parts[0] == purpose else { return .failure(.wrongPurpose) }
        guard now.timeIntervalSince1970 < Double(seconds) else { return .failure(.expired) }
        return .success(payload)
    }

    /// The expiry that a token says of itself, which is to be believed of a verified one only.
    package static func expiry(of token: String) -> Date? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, let seconds = Int(parts[1]) else { return nil }
        return Date(timeIntervalSince1970: Double(seconds))
    }

    private func signature(of text: String, _ key: SecretKey) -> String {
        Base64.urlSafe.encode(key.withBytes { hmacSHA256(key: $0, text.utf8) })
    }
}
