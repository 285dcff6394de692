import Foundation
import Testing

@testable import Secrets

private func key(_ digit: Int) throws -> MasterKey { try MasterKey(String(repeating: "\(digit)", count: 64)) }

struct MasterKeyTests {
    @Test func `the same bytes are the same key in every spelling`() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 7) }
        let padded = Data(bytes).base64EncodedString()
        let spellings = [
            hexadecimal(bytes), hexadecimal(bytes).uppercased(), padded, Base64.standard.encode(bytes),
            Base64.urlSafe.encode(bytes),
        ]
        #expect(try Set(spellings.map { try MasterKey($0).id }).count == 1)
    }

    @Test(arguments: ["", "short", String(repeating: "a", count: 40), String(repeating: "!", count: 64)])
    func `a weak or unreadable key is refused without being quoted`(text: String) {
        do {
            _ = try MasterKey(text)
            Issue.record("accepted")
        } catch {
            #expect(error.code == .invalidKey)
            #expect(text.isEmpty || !error.message.contains(text))
        }
    }

    @Test func `purposes have keys of their own`() throws {
        let master = try key(1)
        let keys = ["a", "b", ""].map { master.derive($0).withBytes { Array($0) } }
        #expect(Set(keys).count == 3)
        #expect(master.derive("a").withBytes { Array($0) } == keys[0])
        #expect(try key(2).derive("a").withBytes { Array($0) } != keys[0])
        #expect(keys.allSatisfy { !hexadecimal($0).contains(master.id) })
    }
}

struct SealedBoxTests {
    private let box: SealedBox
    init() throws { box = SealedBox(Keyring(current: try key(1)), purpose: "channels") }

    private func code(_ body: () throws(SecretsError) -> Void) -> SecretsError.Code? {
        do {
            try body()
            return nil
        } catch { return error.code }
    }

    @Test(arguments: ["", "x", "pässwörd 💬", String(repeating: "long", count: 10_000)])
    func `what was sealed opens in its place`(secret: String) throws {
        let sealed = try box.seal(secret, for: "inbox 42")
        #expect(try box.openText(sealed, for: "inbox 42") == secret)
        #expect(try box.seal(secret, for: "inbox 42") != sealed)
    }

    @Test func `it opens in no other place, and for no other purpose`() throws {
        let sealed = try box.seal("secret", for: "inbox 42")
        #expect(code { () throws(SecretsError) in _ = try box.open(sealed, for: "inbox 43") } == .forged)
        let other = SealedBox(Keyring(current: try key(1)), purpose: "webhooks")
        #expect(code { () throws(SecretsError) in _ = try other.open(sealed, for: "inbox 42") } == .forged)
    }

    @Test func `any byte changed, added or removed is noticed`() throws {
        let sealed = Array(try box.seal("secret", for: "place").utf8)
        for index in sealed.indices {
            for replacement in [sealed[index] ^ 1, sealed[index] ^ 2, UInt8(ascii: "A"), UInt8(ascii: ".")]
            where replacement != sealed[index] {
                var changed = sealed
                changed[index] = replacement
                let text = String(decoding: changed, as: UTF8.self)
                #expect(code { () throws(SecretsError) in _ = try box.open(text, for: "place") } != nil)
            }
            let cut = String(decoding: sealed[..<index], as: UTF8.self)
            #expect(code { () throws(SecretsError) in _ = try box.open(cut, for: "place") } != nil)
        }
        let longer = String(decoding: sealed, as: UTF8.self) + "AAAA"
        #expect(code { () throws(SecretsError) in _ = try box.open(longer, for: "place") } == .forged)
    }

    @Test func `keys change in place`() throws {
        let old = try box.seal("secret", for: "place")
        let both = SealedBox(Keyring(current: try key(2), previous: [try key(1)]), purpose: "channels")
        #expect(try both.openText(old, for: "place") == "secret")
        #expect(both.needsReseal(old))
        let new = try both.seal("secret", for: "place")
        #expect(!both.needsReseal(new))
        #expect(code { () throws(SecretsError) in _ = try box.open(new, for: "place") } == .unknownKey)
    }

    @Test(arguments: ["", "v1", "v1..", "v2.00000000.AAAA", "v1.00000000.AAAA", "v1.a.b.c"])
    func `what is no sealed value is called so`(text: String) {
        #expect(code { () throws(SecretsError) in _ = try box.open(text, for: "") } == .malformed)
    }
}

struct TokenSignerTests {
    private let signer: TokenSigner
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let payload = Array(#"{"contact":7}"#.utf8)
    init() throws { signer = TokenSigner(Keyring(current: try key(1))) }

    @Test func `a token gives its payload back until it expires`() {
        let token = signer.sign(payload, purpose: "contact", expiry: now + 60)
        #expect(signer.verify(token, purpose: "contact", at: now) == .success(payload))
        #expect(signer.verify(token, purpose: "contact", at: now + 59.9) == .success(payload))
        #expect(signer.verify(token, purpose: "contact", at: now + 60) == .failure(.expired))
        #expect(signer.verify(token, purpose: "agent", at: now) == .failure(.wrongPurpose))
        #expect(token.utf8.allSatisfy { UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 })
        #expect(token.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) })
    }

    @Test func `any byte changed, added or removed makes it worthless`() {
        let token = Array(signer.sign(payload, purpose: "contact", expiry: now + 60).utf8)
        for index in token.indices {
            for replacement in UInt8(33)...126 where replacement != token[index] {
                var changed = token
                changed[index] = replacement
                let verdict = signer.verify(
                    String(decoding: changed, as: UTF8.self), purpose: "contact", at: now)
                #expect(verdict == .failure(.forged) || verdict == .failure(.malformed))
            }
            var cut = token
            cut.remove(at: index)
            let verdict = signer.verify(String(decoding: cut, as: UTF8.self), purpose: "contact", at: now)
            #expect(verdict == .failure(.forged) || verdict == .failure(.malformed))
        }
    }

    @Test func `keys change in place, and a strange key signs nothing here`() throws {
        let token = signer.sign(payload, purpose: "contact", expiry: now + 60)
        let both = TokenSigner(Keyring(current: try key(2), previous: [try key(1)]))
        #expect(both.verify(token, purpose: "contact", at: now) == .success(payload))
        let new = both.sign(payload, purpose: "contact", expiry: now + 60)
        #expect(signer.verify(new, purpose: "contact", at: now) == .failure(.forged))
    }

    @Test(arguments: [
        "", ".", "....", "a.b.c.d.e", "contact.1.x.$$.sig", String(repeating: ".", count: 10_000),
    ])
    func `what is no token is called so`(text: String) {
        #expect(signer.verify(text, purpose: "contact", at: now) == .failure(.malformed))
    }
}
