import Foundation
import Postgres
import Secrets
import Support
import TestSupport
import Testing

@testable import Gateway

/// When an inbox is open, and what is done when time passes, by REST.
@Suite struct InboxTimesIntegrationTests {
    /// The token of an administrator of the account.
    private func administrator(_ fixture: SupportFixture) async throws -> String {
        let (login, token) = (UUID(), RandomToken.make(bytes: 32))
        try await fixture.world.postgres.query([
            "INSERT INTO logins (id, email, password_hash) VALUES (\(login), \("\(login)@example.com"), 'none')",
            """
            INSERT INTO agents (account_id, id, login_id, name, role)
            VALUES (\(fixture.account.uuid), \(UUID()), \(login), 'Ada', 'administrator')
            """,
            """
            INSERT INTO login_tokens (id, login_id, token_sha256, expires_at)
            VALUES (\(UUID()), \(login), \(Digest.sha256Hex(token)), now() + interval '1 day')
            """,
        ])
        return token
    }

    @Test func `administrators set an inbox's hours, and the widget is told whether it is open`() async throws
    {
        try await TestFace.run { face in
            let path = "/admin/inboxes/\(face.fixture.inbox.id)/hours"
            let (token, admin) = (face.fixture.agentToken, try await administrator(face.fixture))
            let before = try await face.ask(.get, path, as: token)
            #expect(before.status == 200 && before.body.keys() == ["hours"] && before.body["hours"] == nil)
            let closed = #"{"hours":{"time_zone":"Europe/Berlin","week":{},"holidays":[]}}"#
            #expect(try await face.ask(.put, path, as: token, closed).status == 403)
            let wrong = try await face.ask(
                .put, path, as: admin,
                #"{"hours":{"time_zone":"UTC","week":{"monday":[{"opens":"9","closes":"10:00"}]}}}"#)
            #expect(wrong.status == 422 && wrong.field == "week.monday.0.opens")
            #expect(try await face.ask(.put, path, as: admin, closed).status == 200)
            #expect(try await face.ask(.get, path, as: token).body["hours", "time_zone"] == "Europe/Berlin")

            // Another process, which has not looked at the inbox yet, tells its visitors.
            try await face.fixture.world.postgres.query(
                "UPDATE inboxes SET website_token = website_token || 'x' WHERE account_id = \(face.fixture.account.uuid)"
            )
            let session = try await face.ask(
                .post, "/widget/sessions", #"{"website_token":"\#(face.fixture.websiteToken)x"}"#)
            #expect(session.body["settings", "open"] == "0", "false, as a number")
            #expect(session.body.keys("settings").contains("opens_at"))
            #expect(try await face.ask(.put, path, as: admin, #"{"hours":null}"#).status == 200)
            #expect(try await face.ask(.get, path, as: token).body["hours"] == nil)
        }
    }

    @Test func `time rules show every member, and are refused by name`() async throws {
        let other = try await SupportFixture.make()
        try await TestFace.run { face in
            let path = "/admin/inboxes/\(face.fixture.inbox.id)/timers"
            let (token, admin) = (face.fixture.agentToken, try await administrator(face.fixture))
            let standard = try await face.ask(.get, path, as: token)
            #expect(
                standard.body.keys("timers")
                    == ["first_reply", "next_reply", "resolution", "idle", "archive_after_s"])
            #expect(standard.body["timers", "idle", "after_s"] == "1500")
            #expect(try await face.ask(.put, path, as: token, #"{"timers":{}}"#).status == 403)
            let wrong = try await face.ask(
                .put, path, as: admin, #"{"timers":{"idle":{"after_s":10,"countdown_s":10}}}"#)
            #expect(wrong.status == 422 && wrong.field == "idle.countdown_s")
            let set = try await face.ask(
                .put, path, as: admin, #"{"timers":{"idle":null,"first_reply":{"within_s":300}}}"#)
            #expect(set.status == 200)
            let after = try await face.ask(.get, path, as: token)
            #expect(after.body["timers", "first_reply", "warn_before_s"] == "60")
            #expect(after.body["timers", "idle", "after_s"] == nil)
            #expect(after.body["timers", "archive_after_s"] == "2592000")
            #expect(try await face.ask(.get, path, as: other.agentToken).status == 404)
            #expect(try await face.ask(.get, "/admin/inboxes/none/timers", as: token).status == 404)
        }
    }
}
