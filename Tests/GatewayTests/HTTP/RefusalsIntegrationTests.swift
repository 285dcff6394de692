import Foundation
import HTTPTypes
import Support
import TestSupport
import Testing

@testable import Gateway

/// Whatever is wrong with a request, the answer has one shape: `{"error":{"code","message","field"?}}`.
@Suite struct RefusalsIntegrationTests {
    private func expect(
        _ answer: TestFace.Answer, _ status: Int, _ code: String? = nil, field: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == status, "\(answer.body)", sourceLocation: sourceLocation)
        #expect(answer.body.keys() == ["error"], sourceLocation: sourceLocation)
        #expect(
            answer.body.keys("error").subtracting(["field"]) == ["code", "message"],
            sourceLocation: sourceLocation)
        #expect(answer.body["error", "message"]?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(
            answer.headers[.contentType] == "application/json; charset=utf-8", sourceLocation: sourceLocation)
        if let code { #expect(answer.code == code, sourceLocation: sourceLocation) }
        #expect(answer.field == field, sourceLocation: sourceLocation)
    }

    @Test func `a body that is no JSON, or not the right one, is refused by the field`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            let path = "/support_chat/messages"
            for (body, field) in [
                ("", "content"), ("{", "body"), ("hello", "body"), ("[]", "body"), ("\"hello\"", "body"),
                ("{}", "content"), (#"{"content":null}"#, "content"), (#"{"content":7}"#, "content"),
                (#"{"content":["a"]}"#, "content"), (#"{"content":""}"#, "content"),
                (#"{"content":" \n"}"#, "content"),
                (#"{"content":"a\u0000b"}"#, "content"), (#"{"content":"a","client_id":7}"#, "client_id"),
                (#"{"content":"a","client_id":""}"#, "client_id"),
                (#"{"content":"a","client_id":"a b"}"#, "client_id"),
                (#"{"content":"\ud800"}"#, "body"),
            ] {
                let answer = try await face.ask(.post, path, as: visitor.token, body)
                expect(answer, 422, "invalid", field: field)
            }
            for (body, field) in [
                ("{}", "website_token"), (#"{"website_token":7}"#, "website_token"),
                (#"{"website_token":"\#(face.fixture.websiteToken)","email":"nobody"}"#, "email"),
                (#"{"website_token":"\#(face.fixture.websiteToken)","name":""}"#, "name"),
            ] {
                expect(try await face.ask(.post, "/widget/sessions", body), 422, "invalid", field: field)
            }
            expect(
                try await face.ask(.post, "/auth/login", #"{"email":"a@b.c"}"#), 422, "invalid",
                field: "password")
            let chat = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(chat.body.each("id", of: "messages").isEmpty)
        }
    }

    @Test func `a message one character too long is refused, a body far too large is not even read`()
        async throws
    {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            func send(_ characters: Int) async throws -> TestFace.Answer {
                let content = String(repeating: "x", count: characters)
                return try await face.ask(
                    .post, "/support_chat/messages", as: visitor.token, #"{"content":"\#(content)"}"#)
            }
            #expect(try await send(150_000).status == 201)
            expect(try await send(150_001), 422, "invalid", field: "content")
            expect(try await send(1 << 20), 413, "content_too_large")
            let login = #"{"email":"a@b.c","password":"\#(String(repeating: "x", count: 9000))"}"#
            expect(try await face.ask(.post, "/auth/login", login), 413)
        }
    }

    @Test func `each door takes its own tokens only`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            let contactPaths: [(HTTPRequest.Method, String)] = [
                (.get, "/support_chat"), (.get, "/support_chat/messages"), (.post, "/support_chat/messages"),
                (.patch, "/support_chat/mark_read"),
            ]
            let id = visitor.session.chatID
            let staffPaths: [(HTTPRequest.Method, String)] = [
                (.get, "/admin/chats"), (.get, "/admin/chats/\(id)"), (.get, "/admin/chats/\(id)/messages"),
                (.post, "/admin/chats/\(id)/messages"), (.post, "/admin/chats/\(id)/archive"),
                (.post, "/admin/chats/\(id)/unarchive"),
            ]
            for (method, path) in contactPaths + staffPaths + [
                (.post, "/cable/tickets"), (.delete, "/auth/login"),
            ] {
                let nobody = try await face.ask(method, path)
                expect(nobody, 401, "missing_token")
                #expect(nobody.headers[.wwwAuthenticate] == "Bearer")
                for token in [
                    "x", "contact.x", "contact.1.2.3.4", visitor.token + "A",
                    String(visitor.token.dropLast()),
                ] {
                    expect(try await face.ask(method, path, as: token), 401, "invalid_token")
                }
                for scheme in ["Basic \(visitor.token)", visitor.token, "Bearer", "Bearer "] {
                    let answer = try await face.ask(method, path, headers: [.authorization: scheme])
                    #expect(answer.status == 401)
                }
            }
            for (method, path) in contactPaths {
                expect(try await face.ask(method, path, as: face.fixture.agentToken), 401, "invalid_token")
            }
            for (method, path) in staffPaths {
                expect(try await face.ask(method, path, as: visitor.token), 401, "invalid_token")
            }
        }
    }

    @Test func `an expired token says so, that the widget may begin anew`() async throws {
        try await TestFace.run(.router, setting(\.contactTokenLifetime, to: .seconds(-1))) { face in
            let visitor = try await face.fixture.contact()
            expect(try await face.ask(.get, "/support_chat", as: visitor.token), 401, "expired_token")
        }
    }

    @Test func `an unknown website is not found`() async throws {
        try await TestFace.run { face in
            expect(try await face.ask(.post, "/widget/sessions", #"{"website_token":"x"}"#), 404, "not_found")
        }
    }

    @Test(arguments: [
        "/nowhere", "/admin", "/admin/chats/x/y/z", "/support_chat/nothing", "/health", "/cable/x",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd", "/index.html/x",
    ])
    func `what is not there is not found, in the same shape`(_ path: String) async throws {
        try await TestFace.run { face in
            expect(try await face.ask(.get, path), 404, "not_found")
            expect(try await face.ask(.post, path, "{}"), 404, "not_found")
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/widget/sessions"), (.get, "/auth/login"), (.put, "/support_chat"),
        (.delete, "/support_chat/messages"), (.get, "/support_chat/mark_read"), (.get, "/cable/tickets"),
        (.post, "/health/live"), (.patch, "/admin/chats"), (.get, "/admin/chats/1/archive"),
    ])
    func `a known address with another method says which it takes`(
        _ method: HTTPRequest.Method, _ path: String
    ) async throws {
        try await TestFace.run { face in
            let answer = try await face.ask(method, path)
            expect(answer, 405, "method_not_allowed")
            let allowed = answer.headers[.allow] ?? ""
            #expect(!allowed.isEmpty && !allowed.contains(method.rawValue))
        }
    }

    @Test func `a page of any origin may ask, and read the answer, refusals and waiting times included`()
        async throws
    {
        try await TestFace.run(
            .router, setting(\.contactMessages, to: RateLimit(burst: 1, per: .seconds(90)))
        ) {
            face in
            let origin: HTTPFields = [.origin: "https://shop.example"]
            for path in [
                "/widget/sessions", "/support_chat", "/support_chat/mark_read", "/support_chat/messages",
                "/cable/tickets",
            ] {
                var headers = origin
                headers[.accessControlRequestMethod] = "POST"
                headers[.accessControlRequestHeaders] = "authorization, content-type"
                let answer = try await face.ask(.options, path, headers: headers)
                #expect(answer.status == 204)
                #expect(answer.headers[.accessControlAllowOrigin] == "*")
                #expect(answer.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
                let allowed = answer.headers[.accessControlAllowHeaders]?.lowercased() ?? ""
                for name in ["authorization", "content-type", "if-none-match", "idempotency-key"] {
                    #expect(allowed.contains(name))
                }
                #expect(answer.headers[.accessControlMaxAge] == "86400")
                #expect(answer.headers[.accessControlAllowCredentials] == nil)
            }
            let visitor = try await face.fixture.contact()
            func send(_ token: String, _ body: String) async throws -> TestFace.Answer {
                try await face.ask(.post, "/support_chat/messages", as: token, body, headers: origin)
            }
            let answers = [
                try await send(visitor.token, #"{"content":"1"}"#), try await send(visitor.token, "{"),
                try await send("contact.x", #"{"content":"1"}"#),
                try await send(visitor.token, #"{"content":"2"}"#),
                try await face.ask(.get, "/support_chat", headers: origin),
            ]
            #expect(answers.map(\.status) == [201, 422, 401, 429, 401])
            for answer in answers {
                #expect(answer.headers[.accessControlAllowOrigin] == "*")
                #expect(answer.headers[.accessControlExposeHeaders] == "ETag, Retry-After")
            }
            expect(answers[2], 401, "invalid_token")
        }
    }

    @Test func `the staff's surface is closed to other origins`() async throws {
        try await TestFace.run { face in
            let answer = try await face.ask(
                .get, "/admin/chats", as: face.fixture.agentToken, headers: [.origin: "https://evil.example"])
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func `health says how the parts are`() async throws {
        try await TestFace.run { face in
            let live = try await face.ask(.get, "/health/live")
            #expect(live.status == 200 && live.body["status"] == "ok")
            let ready = try await face.ask(.get, "/health/ready")
            #expect(ready.status == 200)
            #expect(ready.body.keys("checks").isSuperset(of: ["redis", "postgres", "jobs", "journal"]))
            #expect(ready.body["checks", "redis", "status"] == "ok")
            #expect(ready.body["checks", "postgres", "status"] == "ok")
            #expect(
                try await face.ask(.get, "/metrics").headers[.contentType]?.contains("text/plain") == true)
        }
    }

    @Test func `with its servers away the gateway says so, and is only unready without Redis`() async throws {
        try await TestWorld.withMortal { world, redis, postgres in
            try await TestFace.run(.router, in: world) { face in
                let visitor = try await face.fixture.contact()
                try await face.fixture.send("1", from: visitor)
                try await face.fixture.persist()
                try await postgres.stop()
                let degraded = try await face.ask(.get, "/health/ready")
                #expect(degraded.status == 200)
                #expect(degraded.body["status"] == "degraded")
                #expect(degraded.body["checks", "postgres", "status"] == "degraded")
                let sent = try await face.ask(
                    .post, "/support_chat/messages", as: visitor.token, #"{"content":"2"}"#)
                #expect(sent.status == 201)
                try await face.fixture.forget(visitor.chat)
                let cold = try await face.ask(.get, "/support_chat", as: visitor.token)
                expect(cold, 503, "unavailable")
                #expect(cold.headers[.retryAfter] == "1")

                redis.kill()
                let start = ContinuousClock.now
                let unready = try await face.ask(.get, "/health/ready")
                // Not the five seconds that a command may take; how much less is for a quieter machine to say.
                #expect(ContinuousClock.now - start < .seconds(4))
                #expect(unready.status == 503)
                #expect(unready.body["checks", "redis", "status"] == "unavailable")
                expect(try await face.ask(.get, "/support_chat", as: visitor.token), 503, "unavailable")
                #expect(try await face.ask(.get, "/health/live").status == 200)
            }
        }
    }
}
