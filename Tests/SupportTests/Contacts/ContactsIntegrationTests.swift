import Foundation
import Secrets
import TestSupport
import Testing

@testable import Support

@Suite struct ContactsIntegrationTests {
    private func begin(
        _ fixture: SupportFixture, _ change: (inout Contacts.Introduction) -> Void = { _ in }
    ) async throws -> Contacts.Session {
        var introduction = Contacts.Introduction()
        change(&introduction)
        return try await fixture.desk.contacts.begin(introduction, in: fixture.inbox, at: .now())
    }

    private func hash(_ identifier: String, _ fixture: SupportFixture) -> String {
        hmacSHA256(key: fixture.identitySecret.utf8, identifier.utf8).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
    }

    private func contacts(_ fixture: SupportFixture) async throws -> Int {
        try await fixture.count("SELECT count(*) FROM contacts WHERE account_id = \(fixture.account.uuid)")
    }

    @Test func `a page view leaves no row anywhere`() async throws {
        let fixture = try await SupportFixture.make()
        let session = try await begin(fixture)
        #expect(try await contacts(fixture) == 0)
        #expect(session.contact.name == nil && session.contact.email == nil)
        #expect(session.session.accountID == fixture.account)
        #expect(try fixture.desk.contacts.authenticate(token: session.token, at: .now()) == session.session)
    }

    @Test func `a token goes on with its contact and chat, and knows the name again`() async throws {
        let fixture = try await SupportFixture.make()
        let first = try await begin(fixture) {
            $0.name = "Joe"
            $0.email = "joe@example.com"
        }
        let again = try await begin(fixture) { $0.contactToken = first.token }
        #expect(again.session.chatID == first.session.chatID)
        #expect(again.session.contactID == first.session.contactID)
        #expect(again.contact.name == "Joe")
        let renamed = try await begin(fixture) {
            $0.contactToken = again.token
            $0.name = "Joseph"
        }
        #expect(renamed.session.chatID == first.session.chatID)
        #expect(renamed.contact.name == "Joseph")
        #expect(renamed.contact.email == "joe@example.com", "what was not said again stays")
        #expect(try await contacts(fixture) == 1)
    }

    @Test func `fifty sessions at once with one identifier make one contact and one chat`() async throws {
        let fixture = try await SupportFixture.make()
        let hash = hash("user-7", fixture)
        let sessions = try await race(50) { number in
            try await begin(fixture) {
                $0.identifier = "user-7"
                $0.identifierHash = number.isMultiple(of: 2) ? hash : hash.uppercased()
                $0.name = "Joe"
            }
        }
        #expect(Set(sessions.map(\.session.contactID)).count == 1)
        #expect(Set(sessions.map(\.session.chatID)).count == 1)
        #expect(try await contacts(fixture) == 1)
        #expect(
            try await fixture.count(
                "SELECT count(*) FROM support_chats WHERE account_id = \(fixture.account.uuid)") == 1)
        // And they write in one chat.
        let sent = try await race(10) { number in
            try await fixture.send(
                "\(number)",
                from: .init(session: sessions[number].session, token: sessions[number].token))
        }
        #expect(sent.map(\.seq).sorted() == Array(1...10))
    }

    @Test func `an identifier is believed with the right hash only`() async throws {
        let fixture = try await SupportFixture.make()
        let other = try await SupportFixture.make()
        let wrong: [String?] = [
            nil, "", "00", hash("user-8", fixture), hash("user-7", other), hash("user-7", fixture) + "0",
        ]
        for hash in wrong {
            let refused = try await refusal {
                try await begin(fixture) {
                    $0.identifier = "user-7"
                    $0.identifierHash = hash
                }
            }
            #expect(refused?.isUnauthorized == true)
        }
        #expect(try await contacts(fixture) == 0)
    }

    @Test func `a visitor who turns out to be a known user gets that user's chat`() async throws {
        let fixture = try await SupportFixture.make()
        func identified(_ token: String?) async throws -> Contacts.Session {
            try await begin(fixture) {
                $0.contactToken = token
                $0.identifier = "user-7"
                $0.identifierHash = hash("user-7", fixture)
            }
        }
        let known = try await identified(nil)
        let anonymous = try await begin(fixture)
        let merged = try await identified(anonymous.token)
        #expect(merged.session == known.session)
    }

    @Test func `a token of another inbox or account is refused`() async throws {
        let (fixture, other) = (try await SupportFixture.make(), try await SupportFixture.make())
        let foreign = try await begin(other)
        for token in [foreign.token, fixture.agentToken, "contact.x", foreign.token + "A"] {
            let refused = try await refusal { try await begin(fixture) { $0.contactToken = token } }
            #expect(refused?.isUnauthorized == true)
        }
    }

    @Test func `what a page says of its visitor has bounds`() async throws {
        let fixture = try await SupportFixture.make()
        let long = String(repeating: "x", count: 300)
        let cases: [(String, (inout Contacts.Introduction) -> Void)] = [
            ("name", { $0.name = "" }), ("name", { $0.name = long }), ("name", { $0.name = "a\u{0}b" }),
            ("name", { $0.name = "a\r\nBcc: x@y.z" }), ("email", { $0.email = "nobody" }),
            ("email", { $0.email = "a@b@c" }), ("email", { $0.email = long + "@example.com" }),
            ("email", { $0.email = "a@b\nc" }), ("locale", { $0.locale = long }),
            ("identifier", { $0.identifier = "" }), ("identifier", { $0.identifier = long }),
        ]
        for (field, change) in cases {
            let refused = try await refusal { try await begin(fixture, change) }
            #expect(refused?.invalidField == field)
        }
        #expect(try await contacts(fixture) == 0)
    }

    @Test func `a new name is in the next news of a warm chat`() async throws {
        let fixture = try await SupportFixture.make()
        let first = try await begin(fixture)
        let visitor = SupportFixture.Visitor(session: first.session, token: first.token)
        try await fixture.send("1", from: visitor)
        _ = try await begin(fixture) {
            $0.contactToken = first.token
            $0.name = #"Joe "the" Visitor"#
        }
        let card =
            try await fixture.world.redis.send(["HGET", .string(visitor.chat.state), "card"]).text ?? ""
        let members = try JSONSerialization.jsonObject(with: Data("{\(card)}".utf8)) as? [String: Any]
        #expect(members?["contact_name"] as? String == #"Joe "the" Visitor"#)
        try await fixture.persist()
        #expect(try await contacts(fixture) == 1)
    }
}
