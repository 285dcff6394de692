import Foundation
import Support
import TestSupport
import Testing

@testable import Gateway

/// `actioncable-v1-ext-json`: positions, history, and sessions that are restored.
@Suite struct ExtendedIntegrationTests {
    /// Opens the socket with these credentials and hears the welcome.
    private func open(_ face: TestFace, _ query: String) async throws -> (CableClient, welcome: Said) {
        let (client, head) = try await CableClient.open(
            face, query, subprotocol: "actioncable-v1-ext-json, actioncable-v1-json")
        #expect(head.lowercased().contains("sec-websocket-protocol: actioncable-v1-ext-json"))
        return (client, try await client.next())
    }

    private func open(_ face: TestFace, as principal: Principal) async throws -> CableClient {
        try await open(face, "?ticket=\(try await face.fixture.desk.tickets.issue(for: principal))").0
    }

    private func subscribe(_ identifier: String, history: String? = nil) -> String {
        let name = Said.quoted(identifier)
        return
            #"{"command":"subscribe","identifier":\#(name)\#(history.map { #","history":\#($0)"# } ?? "")}"#
    }

    private func from(_ stream: String, _ offset: Int, _ epoch: String) -> String {
        #"{"streams":{"\#(stream)":{"offset":\#(offset),"epoch":"\#(epoch)"}}}"#
    }

    @Test func `a publication says where it stands, and a ping is answered`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let client = try await open(face, as: visitor.principal)
            #expect(try await client.subscribe(CableClient.chat(visitor.chat)) == "confirm_subscription")
            try await face.fixture.send("one", from: visitor)
            let said = try await client.hear("new_message")
            #expect(said["stream_id"] == "chat:\(visitor.session.chatID)")
            #expect(said["offset"] == "1")
            #expect(said["epoch"]?.isEmpty == false)
            try await client.send(#"{"command":"ping"}"#)
            #expect(try await client.hear("pong")["type"] == "pong")
        }
    }

    @Test func `who comes back gets the state, exactly what was missed, and then what is live`() async throws
    {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            for number in 1...30 { try await face.fixture.send("\(number)", from: visitor) }
            let view = try await face.fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, at: .now())
            let client = try await open(face, as: visitor.principal)
            let chat = CableClient.chat(visitor.chat)
            try await client.send(
                subscribe(chat, history: from("chat:\(visitor.session.chatID)", 21, view.position.epoch)))
            #expect(try await client.next()["type"] == "confirm_subscription")
            let state = try await client.next()
            #expect(state["message", "type"] == "chat_state")
            #expect(state["message", "position", "offset"] == "30")
            #expect(state["message", "conversation", "status"] == "waiting")
            for number in 22...30 {
                let said = try await client.next()
                #expect(said["message", "message", "content"] == "\(number)")
                #expect(said["offset"] == "\(number)")
            }
            #expect(try await client.next()["type"] == "confirm_history")
            try await face.fixture.send("31", from: visitor)
            #expect(try await client.hear("new_message")["offset"] == "31")
        }
    }

    @Test func `nothing missed is confirmed, and what is not known any more is rejected`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            for number in 1...3 { try await face.fixture.send("\(number)", from: visitor) }
            let epoch = try await face.fixture.desk.chats.show(
                visitor.chat, to: visitor.principal, at: .now()
            ).position.epoch
            let stream = "chat:\(visitor.session.chatID)"
            for (history, answer) in [
                (from(stream, 3, epoch), "confirm_history"), (from(stream, 3, "other"), "reject_history"),
                (from(stream, 4, epoch), "reject_history"), (from(stream, -1, epoch), "reject_history"),
                ("{}", "reject_history"), (from("chat:another", 1, epoch), "reject_history"),
            ] {
                let client = try await open(face, as: visitor.principal)
                try await client.send(subscribe(CableClient.chat(visitor.chat), history: history))
                let types = [
                    try await client.next()["type"], try await client.next()["message", "type"],
                    try await client.next()["type"],
                ]
                #expect(types == ["confirm_subscription", "chat_state", answer], "\(history)")
            }
        }
    }

    @Test func `the staff's news come again as well, one after the other`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let first = try await open(face, as: face.fixture.staff)
            try await first.send(subscribe(CableClient.staff))
            #expect(try await first.next()["type"] == "confirm_subscription")
            let state = try await first.next()
            #expect(state["message", "type"] == "staff_state")
            #expect(state["message", "position", "offset"] == "0")
            try await face.fixture.send("one", from: visitor)
            let said = try await first.hear("new_user_message")
            #expect(said["stream_id"] == "staff")
            #expect(said["offset"] == "1")
            try await first.raw.close()

            try await face.fixture.send("two", from: visitor)
            try await face.fixture.desk.archive.set(
                true, visitor.chat, by: face.fixture.agent, at: .now())
            let second = try await open(face, as: face.fixture.staff)
            try await second.send(
                subscribe(CableClient.staff, history: from("staff", 1, said["epoch"] ?? "")))
            #expect(try await second.next()["type"] == "confirm_subscription")
            #expect(try await second.next()["message", "position", "offset"] == "3")
            #expect(try await second.next()["message", "message", "content"] == "two")
            #expect(try await second.next()["message", "chat", "archived"] == "1")
            #expect(try await second.next()["type"] == "confirm_history")
        }
    }

    @Test func `a contact's session is restored once, by its id alone, and waits for the history`()
        async throws
    {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let ticket = try await face.fixture.desk.tickets.issue(for: visitor.principal)
            let (first, welcome) = try await open(face, "?ticket=\(ticket)")
            let session = try #require(welcome["sid"])
            let chat = CableClient.chat(visitor.chat)
            #expect(try await first.subscribe(chat) == "confirm_subscription")
            try await face.fixture.send("one", from: visitor)
            let epoch = try #require(try await first.hear("new_message")["epoch"])
            try await first.raw.close()
            try await face.fixture.send("two", from: visitor)

            let (second, again) = try await open(face, "?ticket=\(ticket)&sid=\(session)")
            #expect(again["restored"] == "1")
            #expect(again["restored_ids", "0"] == chat)
            #expect(again["sid"] != session)
            try await face.fixture.send("three", from: visitor)
            try await second.send(
                #"{"command":"history","identifier":\#(Said.quoted(chat)),"history":"#
                    + from("chat:\(visitor.session.chatID)", 1, epoch) + "}")
            #expect(try await second.next()["message", "type"] == "chat_state")
            #expect(try await second.next()["offset"] == "2")
            #expect(try await second.next()["offset"] == "3")
            #expect(try await second.next()["type"] == "confirm_history")

            let (third, refusal) = try await open(face, "?sid=\(session)")
            #expect(refusal["reason"] == "unauthorized")
            try await third.raw.close()
        }
    }

    @Test func `a restored subscription whose history nobody asks for goes on by itself`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            let ticket = try await face.fixture.desk.tickets.issue(for: visitor.principal)
            let (first, welcome) = try await open(face, "?ticket=\(ticket)")
            #expect(try await first.subscribe(CableClient.chat(visitor.chat)) == "confirm_subscription")
            try await first.raw.close()
            let (second, _) = try await open(face, "?sid=\(welcome["sid"] ?? "")")
            try await face.fixture.send("one", from: visitor)
            #expect(try await second.hear("chat_state")["message", "position", "offset"] == "1")
            try await face.fixture.send("two", from: visitor)
            #expect(try await second.hear("new_message")["offset"] == "2")
        }
    }

    @Test func `staff are not let in by a session's id alone`() async throws {
        try await TestFace.run(.live) { face in
            let ticket = try await face.fixture.desk.tickets.issue(for: face.fixture.staff)
            let (first, welcome) = try await open(face, "?ticket=\(ticket)")
            #expect(try await first.subscribe(CableClient.staff) == "confirm_subscription")
            let session = welcome["sid"] ?? ""
            try await first.raw.close()
            let (_, refusal) = try await open(face, "?sid=\(session)")
            #expect(refusal["reason"] == "unauthorized")
        }
    }

    @Test func `with their token staff find their subscriptions again`() async throws {
        try await TestFace.run(.live) { face in
            let (first, welcome) = try await open(face, "?token=\(face.fixture.agentToken)")
            #expect(try await first.subscribe(CableClient.staff) == "confirm_subscription")
            try await first.raw.close()
            let (_, again) = try await open(
                face, "?token=\(face.fixture.agentToken)&sid=\(welcome["sid"] ?? "")")
            #expect(again["restored_ids", "0"] == CableClient.staff)
        }
    }
}
