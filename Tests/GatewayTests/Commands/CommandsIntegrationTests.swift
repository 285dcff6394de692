import Foundation
import Support
import TestSupport
import Testing

@testable import Gateway

/// What a client can do on a channel of the socket.
@Suite struct CommandsIntegrationTests {
    /// A visitor and an agent, both in the visitor's chat.
    private func inChat(
        _ configure: @escaping @Sendable (inout SupportConfiguration) -> Void = { _ in },
        _ body:
            @escaping @Sendable (TestFace, SupportFixture.Visitor, CableClient, CableClient) async throws ->
            Void
    ) async throws {
        try await TestFace.run(.live, configure) { face in
            let visitor = try await face.fixture.contact(email: "joe@example.com")
            try await face.fixture.answer("welcome", to: visitor)
            let (theirs, ours) = (
                try await CableClient.open(face, as: visitor.principal),
                try await CableClient.open(face, as: face.fixture.staff)
            )
            for client in [theirs, ours] {
                #expect(try await client.subscribe(CableClient.chat(visitor.chat)) == "confirm_subscription")
            }
            try await body(face, visitor, theirs, ours)
        }
    }

    @Test func `a message is acknowledged to its sender and told to everybody, a resend to its sender alone`()
        async throws
    {
        try await inChat { _, visitor, theirs, ours in
            let chat = CableClient.chat(visitor.chat)
            let data = #"{"action":"send_message","content":"hello","client_id":"c1"}"#
            try await theirs.send("message", chat, data: data)
            let ack = try await theirs.hear("message_ack")
            #expect(ack["identifier"] == chat)
            #expect(ack["message", "client_id"] == "c1")
            #expect(ack["message", "message", "content"] == "hello")
            let told = try await ours.hear("new_message")
            #expect(told["message", "message", "id"] == ack["message", "message", "id"])
            #expect(told["message", "message", "seq"] == "2")

            try await theirs.send("message", chat, data: data)
            let again = try await theirs.hear("message_ack")
            #expect(again["message", "message", "id"] == ack["message", "message", "id"])
            try await ours.send(
                "message", chat, data: #"{"action":"send_message","content":"next","client_id":"c2"}"#)
            #expect(try await ours.hear("new_message")["message", "message", "content"] == "next")
        }
    }

    @Test func `messages sent in one breath keep their order`() async throws {
        try await inChat { _, visitor, theirs, _ in
            let chat = CableClient.chat(visitor.chat)
            for number in 1...50 {
                try await theirs.send(
                    "message", chat,
                    data: #"{"action":"send_message","content":"\#(number)","client_id":"c\#(number)"}"#)
            }
            for number in 1...50 {
                let ack = try await theirs.hear("message_ack")
                #expect(ack["message", "client_id"] == "c\(number)")
                #expect(ack["message", "message", "seq"] == "\(number + 1)")
            }
        }
    }

    @Test func `typing, delivered and read are told to the other side`() async throws {
        try await inChat { _, visitor, theirs, ours in
            let chat = CableClient.chat(visitor.chat)
            try await theirs.send("message", chat, data: #"{"action":"typing","on":true}"#)
            let typing = try await ours.hear("typing")
            #expect(typing["message", "by"] == "user")
            #expect(typing["message", "on"] == "1")
            try await theirs.send("message", chat, data: #"{"action":"delivered","up_to_seq":1}"#)
            let delivered = try await ours.hear("message_status")
            #expect(delivered["message", "status"] == "delivered")
            #expect(delivered["message", "up_to_seq"] == "1")
            try await theirs.send("message", chat, data: #"{"action":"read"}"#)
            let read = try await ours.hear("message_status")
            #expect(read["message", "status"] == "read")
            #expect(read["message", "by"] == "user")
        }
    }

    @Test func `what is wrong with an action is answered on its channel, with the client_id if there is one`()
        async throws
    {
        try await inChat { _, visitor, theirs, _ in
            let chat = CableClient.chat(visitor.chat)
            for (data, field) in [
                ("hello", "body"), ("[]", "body"), ("{}", "action"), (#"{"action":7}"#, "action"),
                (#"{"action":"dance"}"#, "action"), (#"{"action":"send_message"}"#, "content"),
                (#"{"action":"send_message","content":""}"#, "content"),
                (#"{"action":"send_message","content":"a","client_id":"a b"}"#, "client_id"),
                (#"{"action":"typing"}"#, "on"), (#"{"action":"typing","on":"yes"}"#, "on"),
                (#"{"action":"delivered"}"#, "up_to_seq"),
                (#"{"action":"delivered","up_to_seq":0}"#, "up_to_seq"),
                (#"{"action":"read","up_to_seq":-1}"#, "up_to_seq"),
                (#"{"action":"read","up_to_seq":1.5}"#, "up_to_seq"),
            ] {
                try await theirs.send("message", chat, data: data)
                let said = try await theirs.hear("error")
                #expect(said["identifier"] == chat)
                #expect(said["message", "code"] == "invalid", "\(data)")
                #expect(said["message", "field"] == field, "\(data)")
            }
            try await theirs.send(
                "message", chat, data: #"{"action":"send_message","content":"","client_id":"c9"}"#)
            #expect(try await theirs.hear("error")["message", "client_id"] == "c9")
        }
    }

    @Test func `whoever is too fast is told how long to wait, and which message it was`() async throws {
        try await inChat(setting(\.contactMessages, to: RateLimit(burst: 1, per: .seconds(90)))) {
            _, visitor, theirs, _ in
            let chat = CableClient.chat(visitor.chat)
            for number in 1...2 {
                try await theirs.send(
                    "message", chat,
                    data: #"{"action":"send_message","content":"x","client_id":"c\#(number)"}"#)
            }
            let said = try await theirs.hear("error")
            #expect(said["message", "code"] == "rate_limited")
            #expect(said["message", "client_id"] == "c2")
            let wait = said["message", "retry_after"].flatMap { Double($0) } ?? 0
            #expect(wait > 0 && wait <= 90)
        }
    }

    @Test func `an action of chats makes no sense on the staff's channel`() async throws {
        try await TestFace.run(.live) { face in
            let client = try await CableClient.open(face, as: face.fixture.staff)
            #expect(try await client.subscribe(CableClient.staff) == "confirm_subscription")
            for action in ["send_message", "typing", "delivered", "read"] {
                try await client.send(
                    "message", CableClient.staff,
                    data: #"{"action":"\#(action)","content":"x","on":true,"up_to_seq":1}"#)
                #expect(try await client.hear("error")["message", "field"] == "action")
            }
        }
    }

    @Test func `when PostgreSQL has a message everybody in the chat is told`() async throws {
        try await inChat { face, visitor, theirs, ours in
            try await face.fixture.send("question", from: visitor)
            try await face.fixture.persist()
            for client in [theirs, ours] {
                // The first one may have been persisted by another test's persister meanwhile.
                var upTo: String?
                while upTo != "2" { upTo = try await client.hear("persisted")["message", "up_to_seq"] }
            }
        }
    }
}
