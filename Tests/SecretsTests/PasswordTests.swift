import Foundation
import Testing

@testable import Secrets

struct PasswordTests {
    private static let cheap = PasswordHash.Cost(logN: 4)

    @Test(arguments: [
        (  // RFC 7914, section 12
            "password", "NaCl", PasswordHash.Cost(logN: 10, r: 8, p: 16),
            """
            fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162
            2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
            """
        ),
        (
            "pleaseletmein", "SodiumChloride", PasswordHash.Cost(logN: 14, r: 8, p: 1),
            """
            7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2
            d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
            """
        ),
    ])
    func `scrypt of RFC 7914`(password: String, salt: String, cost: PasswordHash.Cost, expected: String)
        throws
    {
        let hash = try PasswordHash.scrypt(
            Array(password.utf8), salt: Array(salt.utf8), cost: cost, count: 64)
        #expect(hash == hex(expected))
    }

    @Test func `the stored text says everything and is read back`() throws {
        let hash = try PasswordHash("correct horse", cost: Self.cheap)
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        let read = try PasswordHash(text: hash.text)
        #expect(read == hash)
        #expect(try read.matches("correct horse"))
        #expect(try !read.matches("correct horsf"))
        #expect(try !read.matches(""))
        #expect(try PasswordHash("correct horse", cost: Self.cheap) != hash)
        #expect(!read.needsRehash(for: Self.cheap))
        #expect(read.needsRehash(for: .standard))
    }

    @Test func `a password typed composed or decomposed is the same`() throws {
        let hash = try PasswordHash("caf\u{E9}", cost: Self.cheap)
        #expect(try hash.matches("cafe\u{301}"))
        #expect(try PasswordHash("a\u{0}b", cost: Self.cheap).matches("a\u{0}c") == false)
    }

    @Test(arguments: [
        "", "$", "plain", "$scrypt$ln=4,r=8,p=1$$", "$scrypt$ln=4,r=8,p=1$AAAA",
        "$argon2id$ln=4,r=8,p=1$AAAA$AAAA",
        "$scrypt$ln=99,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=20,r=32,p=16$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=-4,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$r=8,ln=4,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA",
    ])
    func `stored text that makes no sense or asks too much is refused`(text: String) {
        #expect(throws: SecretsError.self) { try PasswordHash(text: text) }
    }

    @Test func `the hasher tells right from wrong from outdated`() async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        let stored = try await hasher.hash("switchboard")
        #expect(try await hasher.verify("switchboard", against: stored) == .matches)
        #expect(try await hasher.verify("Switchboard", against: stored) == .differs)
        #expect(try await hasher.verify("switchboard", against: nil) == .differs)
        let older = try PasswordHash("switchboard", cost: PasswordHash.Cost(logN: 3)).text
        #expect(try await hasher.verify("switchboard", against: older) == .matchesButNeedsRehash)
    }

    @Test func `when too many wait the rest are told so, and those in line are served`() async throws {
        let hasher = PasswordHasher(cost: PasswordHash.Cost(logN: 14), maxWaiting: 2)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("switchboard")
                        return true
                    } catch {
                        #expect((error as? SecretsError)?.code == .busy)
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 }.count >= 2)
        #expect(outcomes.contains(false))
        #expect(try await hasher.verify("x", against: nil) == .differs)
    }
}
