import Foundation
import Secrets
import TestSupport
import Testing

@testable import Support

@Suite struct ContactAttributesIntegrationTests {
    private func begin(
        _ fixture: SupportFixture, _ change: (inout Contacts.Introduction) -> Void
    ) async throws -> Contacts.Session {
        var introduction = Contacts.Introduction()
        change(&introduction)
        return try await fixture.desk.contacts.begin(introduction, in: fixture.inbox, at: .now())
    }

    private func kept(_ session: Contacts.Session, _ fixture: SupportFixture) async throws -> String {
        let rows = try await fixture.world.postgres.query(
            """
            SELECT attributes::text AS attributes FROM contacts
            WHERE account_id = \(fixture.account.uuid) AND id = \(session.contact.id.uuid)
            """, in: .account(fixture.account))
        return try #require(rows.first).decode("attributes")
    }

    @Test func `attributes are added to those that are there, and null takes one away`() async throws {
        let fixture = try await SupportFixture.make()
        let first = try await begin(fixture) {
            $0.attributes = .init(["plan": .text("gold"), "seats": .number(3), "trial": .flag(true)])
        }
        #expect(try await kept(first, fixture) == #"{"plan": "gold", "seats": 3, "trial": true}"#)
        let again = try await begin(fixture) {
            $0.contactToken = first.token
            $0.attributes = .init(["plan": .text("金"), "trial": .nothing])
        }
        #expect(again.session.chatID == first.session.chatID)
        #expect(try await kept(again, fixture) == #"{"plan": "金", "seats": 3}"#)
    }

    @Test func `a contact never has more than a hundred`() async throws {
        let fixture = try await SupportFixture.make()
        func some(_ range: Range<Int>) -> ContactAttributes {
            .init(.init(uniqueKeysWithValues: range.map { ("a\($0)", .number(1)) }))
        }
        let first = try await begin(fixture) { $0.attributes = some(0..<100) }
        let before = try await kept(first, fixture)
        let more = try await begin(fixture) {
            $0.contactToken = first.token
            $0.attributes = some(100..<101)
        }
        #expect(try await kept(more, fixture) == before)
        await #expect(throws: SupportError.self) {
            try await begin(fixture) { $0.attributes = some(0..<101) }
        }
    }

    @Test func `names and texts have their limits`() async throws {
        let fixture = try await SupportFixture.make()
        for wrong: [String: ContactAttributes.Value] in [
            ["": .flag(true)], [String(repeating: "n", count: 65): .flag(true)], ["a": .text("\u{0}")],
            ["a": .text(String(repeating: "x", count: 1001))], ["\u{1}": .flag(true)],
        ] {
            await #expect(throws: SupportError.self) {
                try await begin(fixture) { $0.attributes = .init(wrong) }
            }
        }
    }

    @Test func `an identity token is as good as an identifier and its hash`() async throws {
        let fixture = try await SupportFixture.make()
        func token(_ claims: String, _ secret: String) -> String {
            let signed =
                Base64.urlSafe.encode(#"{"alg":"HS256"}"#.utf8) + "." + Base64.urlSafe.encode(claims.utf8)
            return signed + "." + Base64.urlSafe.encode(hmacSHA256(key: secret.utf8, signed.utf8))
        }
        let claims = #"{"sub":"user-7","exp":4000000000,"name":"Joe"}"#
        let first = try await begin(fixture) { $0.identityToken = token(claims, fixture.identitySecret) }
        #expect(first.contact.name == "Joe")
        let hash = hmacSHA256(key: fixture.identitySecret.utf8, "user-7".utf8)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let again = try await begin(fixture) {
            $0.identifier = "user-7"
            $0.identifierHash = hash
        }
        #expect(again.session.chatID == first.session.chatID)
        let forged = SupportError.unauthorized(code: "invalid_identity", "")
        await #expect {
            try await begin(fixture) { $0.identityToken = token(claims, "another") }
        } throws: { error in
            guard case .unauthorized(let code, _) = error as? SupportError else { return false }
            return .unauthorized(code: code, "") == forged
        }
    }
}
