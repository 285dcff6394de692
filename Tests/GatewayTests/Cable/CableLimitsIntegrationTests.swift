import NIOCore
import Support
import TestSupport
import Testing

@testable import Gateway

/// What one session, one person and one page may take of `/cable`.
@Suite struct CableLimitsIntegrationTests {
    private func limits(_ change: (inout CableLimits) -> Void) -> CableLimits {
        var limits = CableLimits()
        change(&limits)
        return limits
    }

    @Test func `a person has so many sessions, is told so, and may come again when one has ended`()
        async throws
    {
        try await TestFace.run(.live, limits: limits { $0.sessionsPerPrincipal = 2 }) { face in
            let visitor = try await face.fixture.contact()
            let first = try await CableClient.open(face, as: visitor.principal)
            let second = try await CableClient.open(face, as: visitor.principal)
            let third = try await CableClient.open(face, "?token=\(visitor.token)").client
            let said = try await third.next()
            #expect(said["type"] == "disconnect")
            #expect(said["reason"] == "too_many_sessions")
            #expect(said["reconnect"] == "0")
            #expect(try await third.raw.frame().closeCode == 1000)
            // Others are not held up, and those who were in stay in.
            _ = try await CableClient.open(face, as: try await face.fixture.contact().principal)
            #expect(try await second.subscribe(CableClient.chat(visitor.chat)) == "confirm_subscription")
            try await first.raw.close()
            try await waitUntil("there is a seat again") {
                let again = try await CableClient.open(face, "?token=\(visitor.token)").client
                return try await again.next()["type"] == "welcome"
            }
        }
    }

    @Test func `frames beyond the budget are dropped and answered, and their sender may go on later`()
        async throws
    {
        let frames = RateLimit(burst: 3, per: .milliseconds(400))
        try await TestFace.run(.live, limits: limits { $0.frames = frames }) { face in
            let client = try await CableClient.open(face, as: face.fixture.staff)
            let unknown = #"{"command":"dance","identifier":"x"}"#
            for _ in 0..<4 { try await client.send(unknown) }
            for _ in 0..<3 { #expect(try await client.next()["code"] == "unknown_command") }
            let refused = try await client.next()
            #expect(refused["code"] == "rate_limited")
            let wait = refused["retry_after"].flatMap { Double($0) } ?? 0
            #expect(wait > 0 && wait <= 0.4)
            // A frame that is sent after the wait is looked at.
            try await Task.sleep(for: .seconds(wait))
            try await client.send(unknown)
            #expect(try await client.next()["code"] == "unknown_command")
        }
    }

    @Test func `who goes on all the same is sent off, and may come back`() async throws {
        let frames = RateLimit(burst: 3, per: .seconds(10))
        try await TestFace.run(.live, limits: limits { $0.frames = frames }) { face in
            let client = try await CableClient.open(face, as: face.fixture.staff)
            for _ in 0..<19 { try await client.send(#"{"command":"dance","identifier":"x"}"#) }
            let said = try await client.hear("disconnect")
            #expect(said["reason"] == "too_many_frames")
            #expect(said["reconnect"] == "1")
            #expect(try await client.raw.frame().closeCode == 1000)
        }
    }

    @Test func `pings are frames like others`() async throws {
        let frames = RateLimit(burst: 3, per: .seconds(10))
        try await TestFace.run(.live, limits: limits { $0.frames = frames }) { face in
            let client = try await CableClient.open(face, as: face.fixture.staff)
            for _ in 0..<19 { try await client.raw.send(ClientFrame.bytes(0x89, Array("{}".utf8))) }
            let said = try await client.hear("disconnect")
            #expect(said["reason"] == "too_many_frames")
        }
    }

    @Test func `a page that is not on the list is refused before the socket opens`() async throws {
        let origins = try AllowedOrigins(["https://*.example.com"])
        try await TestFace.run(.live, limits: limits { $0.origins = origins }) { face in
            let visitor = try await face.fixture.contact()
            for origin in ["Origin: https://evil.test\r\n", ""] {
                let raw = try await RawClient.connect(to: face.client.port ?? 0)
                try await raw.send(handshake("/cable?token=\(visitor.token)", origin))
                let (head, body) = try await raw.response()
                #expect(head.hasPrefix("HTTP/1.1 403"))
                #expect(Said(ByteBuffer(string: body))["error", "code"] == "origin_not_allowed")
            }
            for origin in ["https://shop.example.com", "http://localhost"] {
                let (client, head) = try await CableClient.open(
                    face, "?token=\(visitor.token)", headers: "Origin: \(origin)\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101"))
                #expect(try await client.next()["type"] == "welcome")
            }
        }
    }

    @Test func `messages from one address share its limit, over REST and over the socket`() async throws {
        try await TestFace.run(.live, setting(\.addressMessages, to: RateLimit(burst: 2, per: .seconds(90))))
        {
            face in
            let (first, second) = (try await face.fixture.contact(), try await face.fixture.contact())
            // The address of this machine is every test's, so what is in its bucket is taken out first.
            _ = try await face.fixture.world.redis.send([
                "DEL", .string(first.chat.rate(ofAddress: "127.0.0.1")),
            ])
            let client = try await CableClient.open(face, as: first.principal)
            let chat = CableClient.chat(first.chat)
            #expect(try await client.subscribe(chat) == "confirm_subscription")
            let data = #"{"action":"send_message","content":"x","client_id":"c1"}"#
            try await client.send("message", chat, data: data)
            _ = try await client.hear("message_ack")
            let path = "/support_chat/messages"
            #expect(
                try await face.ask(.post, path, as: second.token, #"{"content":"1"}"#).status == 201)
            let refused = try await face.ask(.post, path, as: second.token, #"{"content":"2"}"#)
            #expect(refused.status == 429)
            let staff = try await face.ask(
                .post, "/admin/chats/\(first.chat.chatID)/messages", as: face.fixture.agentToken,
                #"{"content":"3"}"#)
            #expect(staff.status == 429)
            try await client.send(
                "message", chat, data: #"{"action":"send_message","content":"x","client_id":"c2"}"#)
            #expect(try await client.hear("error")["message", "code"] == "rate_limited")
            _ = try await face.fixture.world.redis.send([
                "DEL", .string(first.chat.rate(ofAddress: "127.0.0.1")),
            ])
        }
    }

    @Test func `a client that does not read is sent off, and has lost nothing when it comes back`()
        async throws
    {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            let raw = try await RawClient.connect(to: face.client.port ?? 0, isReading: false)
            try await raw.send(handshake("/cable?token=\(visitor.token)"))
            let slow = CableClient(raw: raw)
            try await slow.send("subscribe", CableClient.chat(visitor.chat))
            // More than the kernel's buffers and the queue together hold.
            let content = String(repeating: "x", count: 140_000)
            var sent = 1
            try await waitUntil("its socket is closed") {
                sent += 1
                try await face.fixture.answer("\(sent) \(content)", to: visitor)
                return try await face.loops.count() == 0
            }
            #expect(sent < 200)
            try await face.fixture.answer("the last one", to: visitor)

            let again = try await CableClient.open(face, "?token=\(visitor.token)").client
            #expect(try await again.next()["type"] == "welcome")
            #expect(try await again.subscribe(CableClient.chat(visitor.chat)) == "confirm_subscription")
            var seen = 1
            while seen < sent + 1 {
                let page = try await face.ask(
                    .get, "/support_chat/messages?since=\(seen)&limit=2", as: visitor.token)
                let first = try #require(page.body["messages", "0", "seq"].flatMap { Int($0) })
                #expect(first == seen + 1)
                seen += page.body["messages", "1", "seq"] == nil ? 1 : 2
            }
        }
    }

    @Test func `nobody is served by the echo endpoint unless it was opened`() async throws {
        try await TestFace.run(.live) { face in
            let raw = try await RawClient.connect(to: face.client.port ?? 0)
            try await raw.send(handshake("/echo"))
            #expect(try await raw.response().head.hasPrefix("HTTP/1.1 404"))
        }
    }
}
