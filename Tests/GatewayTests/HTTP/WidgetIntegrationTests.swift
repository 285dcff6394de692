import Foundation
import HTTPTypes
import Support
import TestSupport
import Testing

@testable import Gateway

/// What a widget asks for, from the first page view on.
@Suite struct WidgetIntegrationTests {
    @Test func `a visitor begins with a token, a chat and how to look`() async throws {
        try await TestFace.run { face in
            let answer = try await face.ask(
                .post, "/widget/sessions",
                #"{"website_token":"\#(face.fixture.websiteToken)","name":"Joe","email":"joe@example.com"}"#)
            #expect(answer.status == 201)
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.body.keys() == ["token", "contact", "chat_id", "settings"])
            #expect(answer.body["contact", "name"] == "Joe")
            #expect(answer.body["contact", "email"] == "joe@example.com")
            #expect(answer.body["settings", "inbox_name"] == "Website")
            #expect(answer.body["settings", "greeting"] == "Hello!")
            #expect(!answer.body.description.contains(face.fixture.identitySecret))

            let token = try #require(answer.body["token"])
            let chat = try await face.ask(.get, "/support_chat", as: token)
            #expect(chat.status == 200)
            #expect(chat.body["id"] == answer.body["chat_id"])
        }
    }

    @Test func `a chat has everything that it is documented to have`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            let empty = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(
                empty.body.keys().isSuperset(of: [
                    "id", "messages", "position", "conversation", "archived", "unread",
                ]))
            #expect(empty.body["position", "offset"] == "0")

            let sent = try await face.ask(
                .post, "/support_chat/messages", as: visitor.token, #"{"content":"hello","client_id":"c1"}"#)
            #expect(sent.status == 201)
            #expect(
                sent.body.keys("message") == [
                    "seq", "id", "conversation_id", "client_id", "content", "sender_type", "sender_name",
                    "status",
                    "created_at", "sent_at", "delivered_at", "read_at",
                ])
            #expect(sent.body["message", "seq"] == "1")
            #expect(sent.body["message", "sender_type"] == "user")
            #expect(sent.body["message", "status"] == "sent")
            let again = try await face.ask(
                .post, "/support_chat/messages", as: visitor.token, #"{"content":"hello","client_id":"c1"}"#)
            #expect(again.status == 200)
            #expect(again.body.description == sent.body.description)

            let chat = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(chat.body.each("content", of: "messages") == ["hello"])
            #expect(chat.body["position", "offset"] == "1")
            #expect(chat.body["position", "epoch"]?.isEmpty == false)
            #expect(chat.body["conversation", "status"] == "waiting")
            #expect(chat.body["conversation", "position"] == "1")
        }
    }

    @Test func `messages are polled by seq, by time and by page`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            let start = Timestamp.now().adding(.seconds(-60))
            for number in 1...6 {
                try await face.fixture.send("\(number)", from: visitor, at: start.adding(.seconds(number)))
            }
            try await face.fixture.persist()
            func seqs(_ query: String) async throws -> [String?] {
                let answer = try await face.ask(.get, "/support_chat/messages?\(query)", as: visitor.token)
                #expect(answer.status == 200)
                #expect(
                    answer.body.keys() == [
                        "messages", "has_more", "position", "persisted_up_to", "conversation",
                    ])
                return answer.body.each("seq", of: "messages")
            }
            #expect(try await seqs("since=0") == ["1", "2", "3", "4", "5", "6"])
            #expect(try await seqs("since=4") == ["5", "6"])
            #expect(try await seqs("since=6") == [])
            #expect(try await seqs("since=600") == [])
            #expect(try await seqs("since=2&limit=2") == ["3", "4"])
            #expect(try await seqs("before=3") == ["1", "2"])
            #expect(try await seqs("before=6&limit=2") == ["4", "5"])
            #expect(try await seqs("limit=1") == ["6"])
            #expect(try await seqs("since=\(start.adding(.seconds(4)).iso8601)") == ["5", "6"])
            for (query, field) in [
                ("since=yesterday", "since"), ("since=-1", "since"), ("before=0", "before"),
                ("before=x", "before"),
                ("limit=0", "limit"), ("limit=201", "limit"), ("limit=ten", "limit"),
            ] {
                let answer = try await face.ask(.get, "/support_chat/messages?\(query)", as: visitor.token)
                #expect(answer.status == 422 && answer.field == field && answer.code == "invalid", "\(query)")
            }
        }
    }

    @Test func `reading is told, up to a message or to the end`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact(email: "joe@example.com")
            for number in 1...3 { try await face.fixture.answer("\(number)", to: visitor) }
            let some = try await face.ask(
                .patch, "/support_chat/mark_read", as: visitor.token, #"{"up_to_seq":2}"#)
            #expect(some.status == 200)
            #expect(some.body["read_up_to"] == "2")
            #expect(try await face.ask(.get, "/support_chat", as: visitor.token).body["unread"] == "1")
            let all = try await face.ask(.patch, "/support_chat/mark_read", as: visitor.token)
            #expect(all.body["read_up_to"] == "3")
            let wrong = try await face.ask(
                .patch, "/support_chat/mark_read", as: visitor.token, #"{"up_to_seq":0}"#)
            #expect(wrong.status == 422 && wrong.field == "up_to_seq")
        }
    }

    @Test func `nothing that a visitor gets tells of an agent more than the name`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hi", from: visitor)
            try await face.fixture.answer("hello", to: visitor)
            for path in ["/support_chat", "/support_chat/messages?since=0"] {
                let answer = try await face.ask(.get, path, as: visitor.token)
                #expect(answer.body.description.contains("Ann"))
                #expect(!answer.body.description.contains(face.fixture.agentEmail))
                #expect(!answer.body.description.contains(face.fixture.account.description))
                #expect(!answer.body.description.contains(face.fixture.agent.loginID.description))
            }
        }
    }

    @Test func `whoever is too fast is told when to come back`() async throws {
        try await TestFace.run(
            .router, setting(\.contactMessages, to: RateLimit(burst: 1, per: .seconds(90)))
        ) {
            face in
            let visitor = try await face.fixture.contact()
            let path = "/support_chat/messages"
            #expect(try await face.ask(.post, path, as: visitor.token, #"{"content":"1"}"#).status == 201)
            let refused = try await face.ask(.post, path, as: visitor.token, #"{"content":"2"}"#)
            #expect(refused.status == 429)
            #expect(refused.code == "rate_limited")
            let wait = refused.headers[.retryAfter].flatMap { Int($0) } ?? 0
            #expect((1...90).contains(wait))
        }
    }

    @Test(arguments: [
        ("/api/support_chat", "/support_chat"), ("/api/support-chat", "/support_chat"),
        ("/api/support-chat/messages?since=4", "/support_chat/messages?since=4"),
        ("/api/support_chat/mark_read", "/support_chat/mark_read"),
    ])
    func `older spellings are led to the right one, with the method kept`(_ old: String, _ new: String)
        async throws
    {
        try await TestFace.run { face in
            for method in [HTTPRequest.Method.get, .post, .patch] {
                let answer = try await face.ask(method, old)
                #expect(answer.status == 308)
                #expect(answer.headers[.location] == new)
            }
        }
    }
}
