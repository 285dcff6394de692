import Foundation
import Secrets

/// The tokens that contacts carry: signed, so that a gateway needs no database to know a contact.
package struct ContactTokens: Sendable {
    private static let purpose = "contact"
    private let signer: TokenSigner
    private let lifetime: Duration

    /// - Parameter lifetime: from the last visit, as each new session renews the token.
    package init(signer: TokenSigner, lifetime: Duration) {
        self.signer = signer
        self.lifetime = lifetime
    }

    /// When a token ends that is issued now: they are signed in whole seconds.
    func end(ofOneIssuedAt now: Timestamp) -> Timestamp {
        let milliseconds = now.adding(lifetime).milliseconds
        return Timestamp(milliseconds: milliseconds - milliseconds % 1000)
    }

    package func issue(_ session: ContactSession, at now: Timestamp) throws -> String {
        var session = session
        session.expiresAt = nil
        return signer.sign(
            try JSONEncoder().encode(session), purpose: Self.purpose, expiry: now.adding(lifetime).date)
    }

    package func verify(_ token: String, at now: Timestamp) throws(SupportError) -> ContactSession {
        let invalid = SupportError.unauthorized(
            code: "invalid_token", "The token is not valid; start a new session.")
        switch signer.verify(token, purpose: Self.purpose, at: now.date) {
        case .success(let payload):
            do {
                var session = try ContactSession(token: payload)
                session.expiresAt = TokenSigner.expiry(of: token).map { Timestamp($0) }
                return session
            } catch {
                throw invalid
            }
        case .failure(.expired):
            throw .unauthorized(code: "expired_token", "The token has expired; start a new session.")
        case .failure:
            throw invalid
        }
    }
}
