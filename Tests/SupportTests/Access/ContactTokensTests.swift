import Foundation
import Secrets
import Testing

@testable import Support

@Suite struct ContactTokensTests {
    private let session = ContactSession(
        accountID: .new(), inboxID: .new(), contactID: .new(), chatID: .new())
    private let now = Timestamp(iso8601: "2026-11-21T10:00:00Z")!

    private func session(until expiry: Timestamp) -> ContactSession {
        var session = session
        session.expiresAt = expiry
        return session
    }

    private func tokens(_ byte: String, previous: [String] = []) throws -> ContactTokens {
        func key(_ byte: String) throws -> MasterKey { try MasterKey(String(repeating: byte, count: 32)) }
        return ContactTokens(
            signer: TokenSigner(Keyring(current: try key(byte), previous: try previous.map(key))),
            lifetime: .seconds(3600))
    }

    private func code(_ token: String, at moment: Timestamp? = nil, by tokens: ContactTokens) -> String? {
        do {
            _ = try tokens.verify(token, at: moment ?? now)
            return nil
        } catch {
            if case .unauthorized(let code, _) = error { return code }
            return "another refusal"
        }
    }

    @Test func `a token is its session's until its time is over`() throws {
        let tokens = try tokens("aa")
        let token = try tokens.issue(session, at: now)
        #expect(token.hasPrefix("contact."))
        let shown = try tokens.verify(token, at: now)
        #expect(shown == session(until: now.adding(.seconds(3600))))
        #expect(try tokens.verify(token, at: now.adding(.seconds(3599))) == shown)
        let renewed = try tokens.issue(shown, at: now.adding(.seconds(60)))
        #expect(renewed.utf8.count == token.utf8.count, "the end of the one before is not in it")
        #expect(try tokens.verify(renewed, at: now) == session(until: now.adding(.seconds(3660))))
        #expect(code(token, at: now.adding(.seconds(3600)), by: tokens) == "expired_token")
    }

    @Test func `no change of any character is accepted`() throws {
        let tokens = try tokens("aa")
        let token = Array(try tokens.issue(session, at: now).utf8)
        for place in token.indices {
            for replacement in Set([
                UInt8(ascii: "A"), UInt8(ascii: "0"), UInt8(ascii: "."), token[place] ^ 1,
            ])
            where replacement != token[place] {
                var forged = token
                forged[place] = replacement
                #expect(code(String(decoding: forged, as: UTF8.self), by: tokens) == "invalid_token")
            }
        }
        #expect(code(String(decoding: token.dropLast(), as: UTF8.self), by: tokens) == "invalid_token")
        #expect(code(String(decoding: token, as: UTF8.self) + "A", by: tokens) == "invalid_token")
    }

    @Test func `a token of another installation is nobody's`() throws {
        let token = try tokens("aa").issue(session, at: now)
        #expect(code(token, by: try tokens("bb")) == "invalid_token")
    }

    @Test func `after the secret was changed old tokens hold as long as it is among the previous ones`()
        throws
    {
        let token = try tokens("aa").issue(session, at: now)
        #expect(
            try tokens("bb", previous: ["aa"]).verify(token, at: now)
                == session(until: now.adding(.seconds(3600))))
    }

    @Test func `a token for another purpose is no contact's`() throws {
        let key = try MasterKey(String(repeating: "aa", count: 32))
        let signer = TokenSigner(Keyring(current: key))
        let payload = try JSONEncoder().encode(session)
        for (purpose, payload) in [("file", payload), ("contact", Data("{}".utf8)), ("contact", Data())] {
            let token = signer.sign(payload, purpose: purpose, expiry: now.adding(.seconds(60)).date)
            #expect(code(token, by: try tokens("aa")) == "invalid_token")
        }
    }

    @Test(arguments: [
        "", ".", "....", "contact.", "contact.1.2.3.4", "\u{0}", String(repeating: "a", count: 10_000),
    ])
    func `what is no token is told so`(_ text: String) throws {
        #expect(code(text, by: try tokens("aa")) == "invalid_token")
    }
}
