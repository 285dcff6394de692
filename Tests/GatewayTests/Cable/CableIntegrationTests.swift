import Foundation
import HTTPTypes
import Support
import TestSupport
import Testing

@testable import Gateway

@Suite struct CableIntegrationTests {
    @Test func `the subprotocol is answered, and the first word is welcome`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let ticket = try await face.ask(.post, "/cable/tickets", as: visitor.token)
            #expect(ticket.status == 201)
            let (client, head) = try await CableClient.open(face, "?ticket=\(ticket.body["ticket"] ?? "")")
            #expect(head.hasPrefix("HTTP/1.1 101"))
            #expect(head.lowercased().contains("sec-websocket-protocol: actioncable-v1-json"))
            #expect(try await client.next()["type"] == "welcome")
            try await client.raw.close()
        }
    }

    @Test func `a token opens the socket too, in the query or in the header`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            for token in [visitor.token, face.fixture.agentToken] {
                let byQuery = try await CableClient.open(face, "?token=\(token)").client
                #expect(try await byQuery.next()["type"] == "welcome")
                let byHeader = try await CableClient.open(face, headers: "Authorization: Bearer \(token)\r\n")
                    .client
                #expect(try await byHeader.next()["type"] == "welcome")
            }
        }
    }

    @Test func `whoever may not come in is told so in ActionCable's way, and a ticket is good once`()
        async throws
    {
        try await TestFace.run(.live) { face in
            let ticket = try await face.fixture.desk.tickets.issue(for: face.fixture.staff)
            let first = try await CableClient.open(face, "?ticket=\(ticket)").client
            #expect(try await first.next()["type"] == "welcome")
            for query in ["?ticket=\(ticket)", "", "?token=x", "?ticket=", "?token=contact.x"] {
                let (client, head) = try await CableClient.open(face, query)
                #expect(head.hasPrefix("HTTP/1.1 101"))
                let said = try await client.next()
                #expect(said["type"] == "disconnect")
                #expect(said["reason"] == "unauthorized")
                #expect(said["reconnect"] == "0")
                #expect(try await client.raw.frame().closeCode == 1000)
            }
        }
    }

    @Test func `a chat's contact and the staff may listen, nobody else`() async throws {
        try await TestFace.run(.live) { face in
            let (visitor, neighbour) = (try await face.fixture.contact(), try await face.fixture.contact())
            try await face.fixture.send("1", from: visitor)
            let other = try await SupportFixture.make()
            let chat = CableClient.chat(visitor.chat)
            let mine = try await CableClient.open(face, as: visitor.principal)
            #expect(try await mine.subscribe(chat) == "confirm_subscription")
            #expect(try await mine.subscribe(CableClient.staff) == "reject_subscription")
            let staff = try await CableClient.open(face, as: face.fixture.staff)
            #expect(try await staff.subscribe(chat) == "confirm_subscription")
            #expect(try await staff.subscribe(CableClient.staff) == "confirm_subscription")
            for stranger in [neighbour.principal, other.staff] {
                let client = try await CableClient.open(face, as: stranger)
                #expect(try await client.subscribe(chat) == "reject_subscription")
            }
            // Another account's staff listen to their own news under the same name.
            let others = try await CableClient.open(face, as: other.staff)
            #expect(try await others.subscribe(CableClient.staff) == "confirm_subscription")
            try await face.fixture.send("2", from: visitor)
            #expect(
                try await staff.hear("new_user_message")["message", "chat_id"]
                    == visitor.session.chatID.description)
            try await others.send("subscribe", CableClient.staff)
            try await others.send("unknown", "x")
            #expect(
                try await others.next()["code"] == "unknown_command", "and nothing of that message before")
        }
    }

    @Test func `a subscription is confirmed once, however often it is asked for`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let client = try await CableClient.open(face, as: visitor.principal)
            let chat = CableClient.chat(visitor.chat)
            for _ in 0..<5 { try await client.send("subscribe", chat) }
            let confirmation = try await client.next()
            #expect(confirmation["type"] == "confirm_subscription")
            #expect(confirmation["identifier"] == chat)
            #expect(try await client.next()["message", "type"] == "chat_state")
            try await client.send("unknown", "x")
            #expect(try await client.next()["code"] == "unknown_command")
        }
    }

    @Test func `after leaving nothing comes any more, and coming back is confirmed anew`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let client = try await CableClient.open(face, as: visitor.principal)
            let chat = CableClient.chat(visitor.chat)
            #expect(try await client.subscribe(chat) == "confirm_subscription")
            try await client.send("unsubscribe", chat)
            try await client.send("message", chat, data: #"{"action":"send_message","content":"hi"}"#)
            #expect(try await client.next()["code"] == "not_subscribed")
            try await face.fixture.send("unheard", from: visitor)
            #expect(try await client.subscribe(chat) == "confirm_subscription")
            try await face.fixture.send("heard", from: visitor)
            #expect(try await client.hear("new_message")["message", "message", "content"] == "heard")
        }
    }

    @Test func `every member gets every message, the two sides alike, in order`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("0", from: visitor)
            let clients = [
                try await CableClient.open(face, as: visitor.principal),
                try await CableClient.open(face, as: visitor.principal),
                try await CableClient.open(face, as: face.fixture.staff),
            ]
            for client in clients {
                #expect(try await client.subscribe(CableClient.chat(visitor.chat)) == "confirm_subscription")
            }
            for number in 1...20 {
                if number.isMultiple(of: 3) {
                    try await face.fixture.answer("\(number)", to: visitor)
                } else {
                    try await face.fixture.send("\(number)", from: visitor)
                }
            }
            for client in clients {
                for number in 1...20 {
                    let said = try await client.hear("new_message")
                    #expect(said["message", "message", "seq"] == "\(number + 1)")
                    #expect(said["identifier"] == CableClient.chat(visitor.chat))
                }
            }
        }
    }

    @Test func `frames that are no commands are answered, and too many of them end it`() async throws {
        try await TestFace.run(.live) { face in
            let client = try await CableClient.open(face, as: face.fixture.staff)
            for (text, code) in [
                ("hello", "malformed"), ("{}", "malformed"),
                (#"{"command":"whisper","identifier":"a"}"#, "unknown_command"),
                (#"{"command":"subscribe"}"#, "malformed"),
                (#"{"command":"subscribe","identifier":"no channel"}"#, "unknown_channel"),
            ] {
                try await client.send(text)
                let said = try await client.next()
                #expect(said["type"] == "error")
                #expect(said["code"] == code, "\(said)")
                if code == "unknown_channel" {
                    #expect(try await client.next()["type"] == "reject_subscription")
                }
            }
            for _ in 0..<95 { try await client.send("hello") }
            let last = try await client.hear("disconnect")
            #expect(last["reason"] == "too_many_errors")
            #expect(last["reconnect"] == "0")
        }
    }
}
