/// What went wrong in the Secrets room. Messages never contain a secret or anything derived from one.
package struct SecretsError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// Too many passwords wait to be hashed; the caller may come back in a few seconds.
        case busy
        /// The text does not have the form that this room writes.
        case malformed
        /// Sealed under a key that is no longer in the keyring.
        case unknownKey
        /// Changed after sealing, or opened with other associated data than it was sealed with.
        case forged
        /// A master key that is too short or not readable.
        case invalidKey
        /// libcrypto refused to work, which only a broken installation or a lack of memory brings about.
        case library
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "secrets \(code): \(message)" }
}
