import COpenSSL
import Foundation

/// A password as it may be stored: hashed with scrypt (RFC 7914) under a random salt.
///
///     $scrypt$ln=15,r=8,p=1$SALT$HASH        ln is log₂ N; base64 without padding
///
/// The text carries its own cost, so hashes of different ages live side by side. Making and checking one takes
/// tens of milliseconds of pure computing: use `PasswordHasher` from anything that others wait for.
package struct PasswordHash: Sendable, Equatable {
    /// What a guess costs: time grows with N·r·p, memory is 128·N·r bytes.
    package struct Cost: Sendable, Equatable {
        package let logN: Int
        package let r: Int
        package let p: Int

        /// About 75 ms and 32 MiB on the machine this was measured on.
        package static let standard = Cost(logN: 15, r: 8, p: 1)

        package init(logN: Int, r: Int = 8, p: Int = 1) {
            self.logN = logN
            self.r = r
            self.p = p
        }

        fileprivate var memory: UInt64 { 128 * (UInt64(1) << UInt64(logN)) * UInt64(r) }

        /// Stored text must not be able to ask for more than a server can give.
        fileprivate var isReasonable: Bool {
            (1...20).contains(logN) && (1...32).contains(r) && (1...16).contains(p) && memory <= 1 << 28
        }
    }

    package let cost: Cost
    let salt: [UInt8]
    let hash: [UInt8]

    /// Hashes a password under a new salt.
    package init(_ password: String, cost: Cost = .standard) throws(SecretsError) {
        try self.init(password, cost: cost, salt: RandomToken.bytes(16))
    }

    init(_ password: String, cost: Cost, salt: [UInt8]) throws(SecretsError) {
        self.cost = cost
        self.salt = salt
        hash = try Self.scrypt(Self.bytes(of: password), salt: salt, cost: cost, count: 32)
    }

    /// Reads the stored text; throws `.malformed`.
    package init(text: String) throws(SecretsError) {
        let malformed = SecretsError(
            .malformed, "not a password hash of the form $scrypt$ln=…,r=…,p=…$salt$hash")
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { throw malformed }
        let numbers = parts[2].split(separator: ",", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers[0].hasPrefix("ln="), numbers[1].hasPrefix("r="),
            numbers[2].hasPrefix("p="),
            let logN = Int(numbers[0].dropFirst(3)), let r = Int(numbers[1].dropFirst(2)),
            let p = Int(numbers[2].dropFirst(2)), case let cost = Cost(logN: logN, r: r, p: p),
            cost.isReasonable,
            let salt = Base64.standard.decode(parts[3]), let hash = Base64.standard.decode(parts[4]),
            (16...64).contains(hash.count)
        else { throw malformed }
        (self.cost, self.salt, self.hash) = (cost, salt, hash)
    }

    /// What to store.
    package var text: String {
        "$scrypt$ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$"
            + "\(Base64.standard.encode(salt))$\(Base64.standard.encode(hash))"
    }

    /// Whether it is the password; takes equally long for every password.
    package func matches(_ password: String) throws(SecretsError) -> Bool {
        let other = try Self.scrypt(Self.bytes(of: password), salt: salt, cost: cost, count: hash.count)
        return constantTimeEquals(hash, other)
    }

    /// Whether to hash anew at the next log-in, since the cost asked for has changed.
    package func needsRehash(for cost: Cost) -> Bool { self.cost != cost || hash.count != 32 }

    /// The same password typed on different keyboards may come composed or decomposed (RFC 8265, 4.2).
    private static func bytes(of password: String) -> [UInt8] {
        Array(password.precomposedStringWithCanonicalMapping.utf8)
    }

    static func scrypt(
        _ password: [UInt8], salt: [UInt8], cost: Cost, count: Int
    ) throws(SecretsError) -> [UInt8] {
        var password = password
        defer {
            cleanse(&password)
            ERR_clear_error()
        }
        guard cost.isReasonable else { throw SecretsError(.library, "scrypt: the cost is out of range") }
        var hash = [UInt8](repeating: 0, count: count)
        let done = password.withUnsafeBytes { bytes in
            EVP_PBE_scrypt(
                bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, salt, salt.count,
                UInt64(1) << UInt64(cost.logN), UInt64(cost.r), UInt64(cost.p),
                // The table, the blocks, and something for libcrypto's own reckoning.
                cost.memory + 128 * UInt64(cost.r * cost.p) + (1 << 20), &hash, count)
        }
        guard done == 1 else { throw SecretsError(.library, "scrypt: not enough memory") }
        return hash
    }
}
