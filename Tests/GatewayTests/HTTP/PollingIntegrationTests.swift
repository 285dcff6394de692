import Foundation
import HTTPTypes
import Support
import TestSupport
import Testing

@testable import Gateway

/// Asking again and again, and sending again: what those do who have no socket.
@Suite struct PollingIntegrationTests {
    @Test func `who has the answer already is told so, and gets it when something has changed`() async throws
    {
        try await TestFace.run { face in
            let fixture = face.fixture
            let visitor = try await fixture.contact(email: "joe@example.com")
            try await fixture.send("1", from: visitor)
            try await fixture.persist()
            let id = visitor.session.chatID
            let polls: [(path: String, token: String)] = [
                ("/support_chat", visitor.token), ("/support_chat/messages?since=0", visitor.token),
                ("/support_chat/messages?since=2020-01-01T00:00:00Z&limit=9", visitor.token),
                ("/support_chat/messages?before=99", visitor.token),
                ("/admin/chats/\(id)/messages", fixture.agentToken),
            ]
            func tags() async throws -> [String] {
                var tags: [String] = []
                for poll in polls {
                    let answer = try await face.ask(.get, poll.path, as: poll.token)
                    #expect(answer.status == 200)
                    let tag = try #require(answer.headers[.eTag])
                    #expect(tag.hasPrefix("W/\""))
                    for known in [tag, "\"other\", \(tag)", String(tag.dropFirst(2)), "*"] {
                        let again = try await face.ask(
                            .get, poll.path, as: poll.token, headers: [.ifNoneMatch: known])
                        #expect(again.status == 304 && again.body.description.isEmpty, "\(poll.path)")
                        #expect(again.headers[.eTag] == tag)
                    }
                    let other = try await face.ask(
                        .get, poll.path, as: poll.token, headers: [.ifNoneMatch: "W/\"other\""])
                    #expect(other.status == 200 && !other.body.each("seq", of: "messages").isEmpty)
                    #expect(other.headers[.eTag] == tag)
                    tags.append(tag)
                }
                return tags
            }
            var seen = try await tags()
            #expect(Set(seen).count == seen.count, "another page is another answer")
            let changes: [(String, @Sendable () async throws -> Void)] = [
                ("answered", { _ = try await fixture.answer("2", to: visitor) }),
                ("persisted", { try await fixture.persist() }),
                (
                    "read",
                    {
                        _ = try await fixture.desk.receipts.mark(
                            .read, upTo: 2, in: visitor.chat, by: visitor.principal, at: .now())
                    }
                ),
                (
                    "archived",
                    { try await fixture.desk.archive.set(true, visitor.chat, by: fixture.agent, at: .now()) }
                ),
            ]
            for (what, change) in changes {
                try await change()
                let now = try await tags()
                for (old, new) in zip(seen, now) { #expect(old != new, "\(what)") }
                seen = now
            }
        }
    }

    @Test func `a chat that Redis has forgotten is read anew, and another's is not there`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("1", from: visitor)
            try await face.fixture.persist()
            let tag = try #require(
                try await face.ask(.get, "/support_chat", as: visitor.token).headers[.eTag])
            try await face.fixture.forget(visitor.chat)
            let again = try await face.ask(
                .get, "/support_chat", as: visitor.token, headers: [.ifNoneMatch: tag])
            #expect(again.status == 304 || again.body.each("content", of: "messages") == ["1"])
            let foreign = try await face.ask(
                .get, "/admin/chats/\(UUID())/messages", as: face.fixture.agentToken,
                headers: [.ifNoneMatch: "*"])
            #expect(foreign.status == 404)
        }
    }

    @Test func `the staff's list is not sent twice`() async throws {
        try await TestFace.run { face in
            let token = face.fixture.agentToken
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("1", from: visitor)
            try await face.fixture.persist()
            let list = try await face.ask(.get, "/admin/chats", as: token)
            let tag = try #require(list.headers[.eTag])
            let known: HTTPFields = [.ifNoneMatch: tag]
            #expect(try await face.ask(.get, "/admin/chats", as: token, headers: known).status == 304)
            #expect(
                try await face.ask(.get, "/admin/chats?archived=true", as: token, headers: known).status
                    == 200)
            try await face.fixture.send("2", from: visitor)
            try await face.fixture.persist()
            let news = try await face.ask(.get, "/admin/chats", as: token, headers: known)
            #expect(news.status == 200 && news.body.each("message_count", of: "chats") == ["2"])
        }
    }

    @Test func `a long chat is walked through from either end, without a hole`() async throws {
        try await TestFace.run(.router, setting(\.historyLength, to: 100)) { face in
            let visitor = try await face.fixture.contact()
            for number in 1...2000 {
                try await face.fixture.send("\(number)", from: visitor)
                if number.isMultiple(of: 500) { try await face.fixture.persist() }
            }
            // The newest ones are in Redis alone, the oldest in PostgreSQL alone.
            for number in 2001...2030 { try await face.fixture.answer("\(number)", to: visitor) }
            func walk(_ first: String, _ next: (Int, Int) -> String) async throws -> [[Int]] {
                var (pages, query): ([[Int]], String?) = ([], first)
                while let asked = query {
                    let answer = try await face.ask(
                        .get, "/support_chat/messages?limit=137\(asked)", as: visitor.token)
                    #expect(answer.status == 200)
                    let seqs = answer.body.each("seq", of: "messages").compactMap { $0.flatMap { Int($0) } }
                    pages.append(seqs)
                    let hasMore = answer.body["has_more"] == "1"
                    query =
                        if hasMore, let low = seqs.first, let high = seqs.last { next(low, high) } else {
                            nil
                        }
                    #expect(pages.count < 20)
                }
                return pages
            }
            let up = try await walk("") { low, _ in "&before=\(low)" }
            #expect(up.reversed().flatMap { $0 } == Array(1...2030))
            let down = try await walk("&since=0") { _, high in "&since=\(high)" }
            #expect(down.flatMap { $0 } == Array(1...2030))
            #expect(up.count == 15 && down.count == 15, "no page is asked for in vain")
        }
    }

    @Test func `since a moment needs PostgreSQL only for what is long ago`() async throws {
        try await TestWorld.withMortal { world, _, postgres in
            try await TestFace.run(.router, in: world) { face in
                let visitor = try await face.fixture.contact()
                let start = Timestamp.now().adding(.seconds(-600))
                for number in 1...5 {
                    try await face.fixture.send(
                        "\(number)", from: visitor, at: start.adding(.seconds(number)))
                }
                try await postgres.stop()
                func contents(since moment: Timestamp) async throws -> [String?] {
                    let answer = try await face.ask(
                        .get, "/support_chat/messages?since=\(moment.iso8601)", as: visitor.token)
                    #expect(answer.status == 200)
                    return answer.body.each("content", of: "messages")
                }
                #expect(try await contents(since: start.adding(.seconds(3))) == ["4", "5"])
                #expect(try await contents(since: start) == ["1", "2", "3", "4", "5"])
                #expect(try await contents(since: .now()) == [])
            }
        }
    }

    @Test func `Idempotency-Key names a message whose body does not`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            func send(_ key: String, _ body: String) async throws -> TestFace.Answer {
                try await face.ask(
                    .post, "/support_chat/messages", as: visitor.token, body,
                    headers: [.idempotencyKey: key])
            }
            let first = try await send("k-1", #"{"content":"1"}"#)
            #expect(first.status == 201 && first.body["message", "client_id"] == "k-1")
            for (key, body) in [
                ("k-1", #"{"content":"1"}"#), ("\"k-1\"", #"{"content":"1"}"#),
                ("k-1", #"{"content":"1","client_id":"k-1"}"#),
            ] {
                let again = try await send(key, body)
                #expect(again.status == 200 && again.body["message", "id"] == first.body["message", "id"])
            }
            for (key, body) in [
                ("k-1", #"{"content":"1","client_id":"k-2"}"#), ("a b", #"{"content":"1"}"#),
                (String(repeating: "x", count: 65), #"{"content":"1"}"#), ("\"\"", #"{"content":"1"}"#),
            ] {
                let refused = try await send(key, body)
                #expect(refused.status == 422 && refused.field == "Idempotency-Key")
            }
            let chat = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(chat.body.each("client_id", of: "messages") == ["k-1"])
        }
    }
}
