import Foundation
import HTTPTypes
import Support
import TestSupport
import Testing

@testable import Gateway

/// What staff ask for.
@Suite struct StaffIntegrationTests {
    private static let name = HTTPField.Name("X-Account-Id")!

    @Test func `signing in gives a token, and signing out takes it`() async throws {
        try await TestFace.run { face in
            let answer = try await face.ask(
                .post, "/auth/login",
                #"{"email":"\#(face.fixture.agentEmail)","password":"\#(SupportFixture.agentPassword)"}"#)
            #expect(answer.status == 200)
            #expect(answer.body.keys() == ["token", "agent", "accounts"])
            #expect(answer.body.keys("agent") == ["id", "name", "email", "role"])
            #expect(answer.body["agent", "email"] == face.fixture.agentEmail)
            #expect(answer.body["agent", "role"] == "agent")
            #expect(answer.body.each("id", of: "accounts") == [face.fixture.account.description])
            let token = try #require(answer.body["token"])
            #expect(try await face.ask(.get, "/admin/chats", as: token).status == 200)
            #expect(try await face.ask(.delete, "/auth/login", as: token).status == 204)
            let after = try await face.ask(.get, "/admin/chats", as: token)
            #expect(after.status == 401 && after.code == "invalid_token")
        }
    }

    @Test func `who is there can be asked for, too`() async throws {
        try await TestFace.run(.live) { face in
            let login = try await face.ask(
                .post, "/auth/login",
                #"{"email":"\#(face.fixture.agentEmail)","password":"\#(SupportFixture.agentPassword)"}"#)
            let token = try #require(login.body["token"])
            func there() async throws -> TestFace.Answer {
                try await face.ask(.get, "/admin/agents/presence", as: token)
            }
            #expect(try await there().body.each("id", of: "agents") == [])
            let client = try await CableClient.open(face, as: face.fixture.staff)
            #expect(try await client.subscribe(CableClient.staff) == "confirm_subscription")
            try await waitUntil("the agent is there") {
                try await there().body.each("id", of: "agents").count == 1
            }
            #expect(try await there().body.keys() == ["type", "agents", "viewing", "chats", "version"])
            #expect(try await face.ask(.get, "/admin/agents/presence").status == 401)
        }
    }

    @Test func `a wrong password and an unknown address are refused in the same words`() async throws {
        try await TestFace.run { face in
            let wrong = try await face.ask(
                .post, "/auth/login", #"{"email":"\#(face.fixture.agentEmail)","password":"wrong"}"#)
            let unknown = try await face.ask(
                .post, "/auth/login", #"{"email":"nobody@example.com","password":"wrong"}"#)
            #expect(wrong.status == 401 && wrong.code == "invalid_credentials")
            #expect(unknown.status == 401 && wrong.error == unknown.error)
        }
    }

    @Test func `trying passwords is slowed down`() async throws {
        try await TestFace.run(.router, setting(\.loginsPerEmail, to: RateLimit(burst: 2, per: .seconds(60))))
        {
            face in
            func attempt(_ email: String) async throws -> TestFace.Answer {
                try await face.ask(.post, "/auth/login", #"{"email":"\#(email)","password":"x"}"#)
            }
            let email = "\(UUID())@example.com"
            #expect(try await attempt(email).status == 401)
            #expect(try await attempt(email.uppercased()).status == 401)
            let refused = try await attempt(email)
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] != nil)
            #expect(try await attempt("\(UUID())@example.com").status == 401, "others may still try")
        }
    }

    @Test func `the list has rows and pages, and filters that are checked`() async throws {
        try await TestFace.run { face in
            for number in 1...3 {
                let visitor = try await face.fixture.contact(
                    name: "Visitor \(number)", email: "v\(number)@example.com")
                try await face.fixture.send(
                    "message \(number)", from: visitor, at: .now().adding(.seconds(number)))
            }
            try await face.fixture.persist()
            let token = face.fixture.agentToken
            let first = try await face.ask(.get, "/admin/chats?limit=2", as: token)
            #expect(first.status == 200)
            #expect(first.body.each("last_message_preview", of: "chats") == ["message 3", "message 2"])
            #expect(
                first.body.keys("chats", "0").isSuperset(of: [
                    "id", "user_email", "contact", "inbox", "last_message_at", "last_message_preview",
                    "last_message_sender", "message_count", "unread", "unread_count", "archived", "status",
                ]))
            #expect(first.body.each("unread_count", of: "chats") == ["1", "1"])
            #expect(first.body["chats", "0", "user_email"] == "v3@example.com")
            let next = try #require(first.body["next"])
            let second = try await face.ask(.get, "/admin/chats?limit=2&before=\(next)", as: token)
            #expect(second.body.each("last_message_preview", of: "chats") == ["message 1"])
            #expect(second.body.keys() == ["chats", "next"])
            #expect(second.body["next"] == nil)
            #expect(
                try await face.ask(.get, "/admin/chats?q=visitor%202", as: token).body.each(
                    "user_email", of: "chats") == ["v2@example.com"])
            #expect(
                try await face.ask(.get, "/admin/chats?status=active", as: token).body.each("id", of: "chats")
                    == [])
            for query in [
                "archived=maybe", "status=asleep", "assignee=7", "inbox_id=x", "limit=0", "limit=1000",
                "before=x",
            ] {
                let answer = try await face.ask(.get, "/admin/chats?\(query)", as: token)
                #expect(answer.status == 422, "\(query)")
                #expect(answer.field == query.split(separator: "=").first.map(String.init), "\(query)")
            }
        }
    }

    @Test func `the dashboard asks how many there are, and how its own agent stands`() async throws {
        try await TestFace.run { face in
            try await face.fixture.send("question", from: try await face.fixture.contact())
            try await face.fixture.persist()
            let token = face.fixture.agentToken
            let counts = try await face.ask(.get, "/admin/chats/counts", as: token)
            #expect(counts.status == 200 && counts.body.keys() == ["all", "mine", "unassigned"])
            #expect(counts.body["unassigned"] == "1")
            let me = try await face.ask(.get, "/admin/agents/me", as: token)
            #expect(me.status == 200 && me.body.keys() == ["availability", "capacity", "load", "offers"])
            #expect(me.body["availability"] == "online")
            let visitor = try await face.fixture.contact()
            for path in ["/admin/chats/counts", "/admin/agents/me"] {
                #expect(try await face.ask(.get, path, as: visitor.token).status == 401)
            }
        }
    }

    @Test func `looking at a chat shows it whole and marks it read`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact(email: "joe@example.com")
            try await face.fixture.send("question", from: visitor)
            try await face.fixture.persist()
            let path = "/admin/chats/\(visitor.session.chatID)"
            let answer = try await face.ask(.get, path, as: face.fixture.agentToken)
            #expect(answer.status == 200)
            #expect(answer.body["id"] == visitor.session.chatID.description)
            #expect(answer.body["unread"] == "0" || answer.body["unread"] == "false")
            #expect(answer.body["unread_count"] == "0")
            #expect(answer.body.each("content", of: "messages") == ["question"])
            #expect(answer.body.each("status", of: "messages") == ["read"])
            #expect(answer.body["conversation", "status"] == "waiting")
            let seen = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(seen.body.each("status", of: "messages") == ["read"])

            let sent = try await face.ask(
                .post, path + "/messages", as: face.fixture.agentToken, #"{"content":"answer"}"#)
            #expect(sent.status == 201)
            #expect(sent.body["message", "sender_type"] == "admin")
            #expect(sent.body["message", "sender_name"] == "Ann")
            let page = try await face.ask(.get, path + "/messages?since=1", as: face.fixture.agentToken)
            #expect(page.body.each("content", of: "messages") == ["answer"])
        }
    }

    @Test func `a chat is put away and brought back`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("question", from: visitor)
            let path = "/admin/chats/\(visitor.session.chatID)"
            for (verb, archived) in [("archive", "1"), ("archive", "1"), ("unarchive", "0")] {
                let answer = try await face.ask(.post, "\(path)/\(verb)", as: face.fixture.agentToken)
                #expect(answer.status == 200)
                #expect(answer.body["chat", "archived"] == archived)
                #expect(answer.body["chat", "id"] == visitor.session.chatID.description)
            }
        }
    }

    @Test func `another account's chat is as absent as one that never was`() async throws {
        try await TestFace.run { face in
            let other = try await SupportFixture.make()
            let victim = try await other.contact()
            try await other.send("secret", from: victim)
            let (theirs, nobodys) = (victim.session.chatID, Chat.ID.new())
            for (method, path, body) in [
                (HTTPRequest.Method.get, "", nil as String?), (.get, "/messages", nil),
                (.post, "/messages", #"{"content":"hi"}"#), (.post, "/archive", nil),
                (.post, "/unarchive", nil),
            ] {
                let token = face.fixture.agentToken
                let a = try await face.ask(method, "/admin/chats/\(theirs)\(path)", as: token, body)
                let b = try await face.ask(method, "/admin/chats/\(nobodys)\(path)", as: token, body)
                #expect(a.status == 404 && a.code == "not_found", "\(method) \(path)")
                #expect(a.status == b.status && a.error == b.error)
            }
            let elsewhere = try await face.ask(
                .get, "/admin/chats", as: face.fixture.agentToken,
                headers: [Self.name: other.account.description])
            #expect(elsewhere.status == 404)
            let wrong = try await face.ask(
                .get, "/admin/chats", as: face.fixture.agentToken, headers: [Self.name: "x"])
            #expect(wrong.status == 422)
        }
    }

    @Test(arguments: ["1", "x", "..", "%00", "' OR 1=1", "0193475e-7a00-7abc-8def-0123456789a"])
    func `what is no id names no chat`(_ id: String) async throws {
        try await TestFace.run { face in
            let path = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? id
            let answer = try await face.ask(.get, "/admin/chats/\(path)", as: face.fixture.agentToken)
            #expect(answer.status == 404)
        }
    }
}
