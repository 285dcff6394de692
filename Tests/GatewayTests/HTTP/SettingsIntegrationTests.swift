import Foundation
import Support
import TestSupport
import Testing

@testable import Gateway

/// What administrators set by REST: inboxes, who works here; what everybody sets of themselves; and the system's state.
@Suite struct SettingsIntegrationTests {
    @Test func `inboxes are seen by all staff and set by administrators, within their account`() async throws
    {
        try await TestFace.run { face in
            let (admin, _) = try await face.fixture.hire(.administrator)
            let (boss, _) = try await face.fixture.hire(.supervisor)
            let path = "/admin/inboxes/\(face.fixture.inbox.id)"
            let listed = try await face.ask(.get, "/admin/inboxes", as: face.fixture.agentToken)
            #expect(listed.body.each("id", of: "inboxes") == ["\(face.fixture.inbox.id)"])
            #expect(try await face.ask(.put, path, as: boss, #"{"name":"Shop"}"#).status == 403)
            #expect(try await face.ask(.put, path, as: admin, #"{"name":" "}"#).field == "name")
            let red = #"{"settings":{"color":"red; background: url(x)"}}"#
            #expect(try await face.ask(.put, path, as: admin, red).field == "settings.color")
            let nul = #"{"settings":{"greeting":"a\u0000b"}}"#
            #expect(try await face.ask(.put, path, as: admin, nul).field == "settings")
            let set = try await face.ask(
                .put, path, as: admin, ##"{"name":"Shop","settings":{"greeting":"Hi","color":"#1f6feb"}}"##)
            #expect(set.body["inbox", "name"] == "Shop")
            #expect(set.body["inbox", "settings", "greeting"] == "Hi")
            let kept = try await face.ask(.put, path, as: admin, #"{"name":"Store"}"#)
            #expect(kept.body["inbox", "settings", "greeting"] == "Hi")

            let (stranger, _) = try await SupportFixture.make().hire(.administrator)
            #expect(try await face.ask(.put, path, as: stranger, #"{"name":"Mine"}"#).status == 404)
            let made = try await face.ask(.post, "/admin/inboxes", as: admin, #"{"name":"Other"}"#)
            #expect(made.status == 201)
            let token = try #require(made.body["inbox", "website_token"])
            let begun = try await face.ask(
                .post, "/widget/sessions", as: nil, #"{"website_token":"\#(token)"}"#)
            #expect(begun.body["settings", "inbox_name"] == "Other")
        }
    }

    @Test func `somebody is hired, promoted at once, sent away, and comes back`() async throws {
        try await TestFace.run { face in
            let (admin, own) = try await face.fixture.hire(.administrator)
            let (boss, _) = try await face.fixture.hire(.supervisor)
            let email = "\(UUID())@example.com"
            func hire(_ password: String = "a long password", _ role: String = "agent") -> String {
                #"{"name":"Zoe","email":"\#(email)","password":"\#(password)","role":"\#(role)"}"#
            }
            #expect(try await face.ask(.post, "/admin/agents", as: boss, hire()).status == 403)
            #expect(try await face.ask(.post, "/admin/agents", as: admin, hire("short")).field == "password")
            #expect(
                try await face.ask(.post, "/admin/agents", as: admin, hire("a long one", "king")).field
                    == "role")
            let hired = try await face.ask(.post, "/admin/agents", as: admin, hire())
            #expect(hired.status == 201)
            let id = try #require(hired.body["agent", "id"])
            #expect(try await face.ask(.post, "/admin/agents", as: admin, hire()).status == 409)

            let (stranger, _) = try await SupportFixture.make().hire(.administrator)
            let taken = try await face.ask(.post, "/admin/agents", as: stranger, hire())
            #expect(taken.body["error", "code"] == "email_taken", "a login that is there is nobody else's")
            let role = "/admin/agents/\(id)/role"
            let up = #"{"role":"supervisor"}"#
            #expect(try await face.ask(.put, role, as: stranger, up).status == 404)
            #expect(try await face.ask(.delete, "/admin/agents/\(id)", as: stranger).status == 404)

            let login = #"{"email":"\#(email)","password":"a long password"}"#
            let zoe = try #require(try await face.ask(.post, "/auth/login", as: nil, login).body["token"])
            #expect(try await face.ask(.post, "/admin/teams", as: zoe, #"{"name":"Z"}"#).status == 403)
            #expect(try await face.ask(.put, role, as: admin, up).status == 204)
            #expect(try await face.ask(.post, "/admin/teams", as: zoe, #"{"name":"Z"}"#).status == 201)
            let mine = "/admin/agents/\(own.uuidString.lowercased())"
            #expect(try await face.ask(.put, "\(mine)/role", as: admin, #"{"role":"agent"}"#).status == 403)
            #expect(try await face.ask(.delete, mine, as: admin).status == 403)

            #expect(try await face.ask(.delete, "/admin/agents/\(id)", as: admin).status == 204)
            #expect(try await face.ask(.get, "/admin/queue", as: zoe).status == 401)
            #expect(try await face.ask(.post, "/auth/login", as: nil, login).status == 401)
            let back = try await face.ask(.post, "/admin/agents", as: admin, hire("another password"))
            #expect(back.body["agent", "id"] == id)
            #expect(try await face.ask(.post, "/auth/login", as: nil, login).status == 200)
        }
    }

    @Test func `another password needs the old one, and ends the other log-ins`() async throws {
        try await TestFace.run { face in
            let (admin, _) = try await face.fixture.hire(.administrator)
            let email = "\(UUID())@example.com"
            _ = try await face.ask(
                .post, "/admin/agents", as: admin,
                #"{"name":"Zoe","email":"\#(email)","password":"the first one"}"#)
            func login(_ password: String) async throws -> TestFace.Answer {
                try await face.ask(
                    .post, "/auth/login", as: nil, #"{"email":"\#(email)","password":"\#(password)"}"#)
            }
            let here = try #require(try await login("the first one").body["token"])
            let elsewhere = try #require(try await login("the first one").body["token"])
            #expect(try await face.ask(.get, "/admin/queue", as: elsewhere).status == 200)
            let wrong = #"{"password":"the second one","old_password":"no"}"#
            #expect(try await face.ask(.patch, "/admin/profile", as: here, wrong).field == "old_password")
            let short = #"{"password":"second","old_password":"the first one"}"#
            #expect(try await face.ask(.patch, "/admin/profile", as: here, short).field == "password")
            let right = #"{"password":"the second one","old_password":"the first one","name":"Zoë"}"#
            #expect(try await face.ask(.patch, "/admin/profile", as: here, right).status == 204)
            #expect(try await face.ask(.get, "/admin/queue", as: here).status == 200)
            #expect(try await face.ask(.get, "/admin/queue", as: elsewhere).status == 401)
            #expect(try await login("the first one").status == 401)
            #expect(try await login("the second one").body["agent", "name"] == "Zoë")
        }
    }

    @Test func `the system's state is for administrators, and says nothing of accounts`() async throws {
        try await TestFace.run { face in
            let (admin, _) = try await face.fixture.hire(.administrator)
            let (boss, _) = try await face.fixture.hire(.supervisor)
            #expect(try await face.ask(.get, "/admin/system", as: boss).status == 403)
            let answer = try await face.ask(.get, "/admin/system", as: admin)
            #expect(answer.status == 200)
            #expect(answer.body.keys() == ["status", "checks", "gateways", "workers", "journal"])
            #expect(answer.body.keys("checks") == ["redis", "postgres", "jobs", "journal"])
            #expect(answer.body.keys("journal") == ["facts", "lag_s"])
            #expect(!answer.body.description.contains("\(face.fixture.account)"))
        }
    }
}
