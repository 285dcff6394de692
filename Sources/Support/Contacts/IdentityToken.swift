import Foundation
import Secrets

/// Who the visitor is, as the customer's own server says it: a JSON Web Token (RFC 7519) with HS256 over the inbox's
/// identity secret. Unlike `identifier_hash` it ends by itself, so a leaked one is soon worth nothing.
struct IdentityToken: Sendable, Equatable {
    let identifier: String
    let name: String?
    let email: String?

    private struct Header: Decodable { let alg: String }
    private struct Claims: Decodable {
        let sub: String
        let exp: Double
        let nbf: Double?
        let name: String?
        let email: String?
    }

    /// Nil for what is not signed with the secret, has no `sub` or no `exp`, has ended, or has not begun.
    init?(_ token: String, secret: String, at now: Timestamp) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count <= 8192,
            let header: Header = Self.read(parts[0]), header.alg == "HS256",
            let signature = Base64.urlSafe.decode(parts[2]),
            constantTimeEquals(
                signature, hmacSHA256(key: secret.utf8, "\(parts[0]).\(parts[1])".utf8)),
            let claims: Claims = Self.read(parts[1])
        else { return nil }
        let seconds = Double(now.milliseconds) / 1000
        guard claims.exp > seconds, (claims.nbf ?? seconds) <= seconds else { return nil }
        identifier = claims.sub
        name = claims.name
        email = claims.email
    }

    private static func read<Part: Decodable>(_ text: Substring) -> Part? {
        guard let bytes = Base64.urlSafe.decode(text) else { return nil }
        return try? JSONDecoder().decode(Part.self, from: Data(bytes))  // anything else is no such token
    }
}
