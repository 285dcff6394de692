import NIOCore
import Realtime

/// The word that a login token is worth nothing any more. All gateways hear it, and end what it had opened.
package enum Revocation {
    /// Pub/sub. Logins stand outside the accounts, so this is of the first cell.
    package static let channel = Cell(0).key("revocations")

    private static let beginning = "login "

    /// - Parameter token: its digest, as `AgentSession.tokenDigest`.
    static func message(of token: String) -> String { beginning + token }

    /// The digest that a message names; nil when it is none of ours.
    package static func token(in message: ByteBuffer) -> String? {
        let text = String(buffer: message)
        guard text.hasPrefix(beginning) else { return nil }
        return String(text.dropFirst(beginning.count))
    }
}
