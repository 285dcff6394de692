import Foundation
import Support
import TestSupport
import Testing

@testable import Gateway

/// Presence, who has a chat open, and typing, as sockets make others hear of them.
@Suite struct AttendanceIntegrationTests {
    /// An agent at the staff's channel, and a visitor's chat that nobody has open.
    private func duty(
        _ body:
            @escaping @Sendable (TestFace, SupportFixture.Visitor, CableClient) async throws -> Void
    ) async throws {
        try await TestFace.run(.live, setting(\.presenceLinger, to: .milliseconds(100))) { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            let staff = try await CableClient.open(face, as: face.fixture.staff)
            #expect(try await staff.subscribe(CableClient.staff) == "confirm_subscription")
            let state = try await staff.hear("presence")
            #expect(state.description.contains(#""agents":["#))
            try await body(face, visitor, staff)
        }
    }

    private func typing(_ on: Bool, isPrivate: Bool = false) -> String {
        #"{"action":"typing","on":\#(on)\#(isPrivate ? #","private":true"# : "")}"#
    }

    @Test func `two tabs of a contact come once and go once, with the last of them`() async throws {
        try await duty { face, visitor, staff in
            let chat = CableClient.chat(visitor.chat)
            let tabs = [
                try await CableClient.open(face, as: visitor.principal),
                try await CableClient.open(face, as: visitor.principal),
            ]
            for tab in tabs {
                #expect(try await tab.subscribe(chat) == "confirm_subscription")
                let state = try await tab.hear("presence")
                #expect(state["message", "user", "online"] == "1" || state["message", "by"] == "user")
            }
            let came = try await staff.hear("presence")
            #expect(came["message", "chat_id"] == visitor.session.chatID.description)
            #expect(came["message", "online"] == "1")
            try await tabs[0].raw.close()
            try await tabs[1].send("unsubscribe", chat)
            let went = try await staff.hear("presence")
            #expect(went["message", "online"] == "0")
            #expect(went["message", "chat_id"] == visitor.session.chatID.description)
        }
    }

    @Test func `staff hear who has a chat open, its contact does not`() async throws {
        try await duty { face, visitor, staff in
            let chat = CableClient.chat(visitor.chat)
            let theirs = try await CableClient.open(face, as: visitor.principal)
            _ = try await theirs.subscribe(chat)
            let bob = try await face.fixture.colleague("Bob")
            let ours = try await CableClient.open(face, as: .agent(bob))
            _ = try await ours.subscribe(chat)
            let came = try await staff.hear("agent_presence")
            // Ann's own coming may be heard first.
            let bobs =
                came["message", "agent", "name"] == "Bob" ? came : try await staff.hear("agent_presence")
            #expect(bobs["message", "agent", "id"] == bob.agentID.description)
            #expect(bobs["message", "online"] == "1")
            let open = try await staff.hear("viewing")
            #expect(open["message", "chat_id"] == visitor.session.chatID.description)
            #expect(open.each("name", of: "message", "agents") == ["Bob"])
            try await ours.raw.close()
            #expect(try await staff.hear("viewing").each("name", of: "message", "agents") == [])

            try await face.fixture.answer("last", to: visitor)
            while true {
                let said = try await theirs.next(attendance: true)
                #expect(said["message", "type"] != "viewing" && said["message", "type"] != "agent_presence")
                #expect(!said.description.contains("Bob"))
                if said["message", "type"] == "new_message" { break }
            }
        }
    }

    @Test func `typing a private note reaches staff alone, and a contact has none to type`() async throws {
        try await duty { face, visitor, staff in
            let chat = CableClient.chat(visitor.chat)
            let theirs = try await CableClient.open(face, as: visitor.principal)
            let ours = try await CableClient.open(face, as: face.fixture.staff)
            for client in [theirs, ours] { _ = try await client.subscribe(chat) }
            try await ours.send("message", chat, data: typing(true, isPrivate: true))
            let note = try await staff.hear("typing")
            #expect(note["message", "chat_id"] == visitor.session.chatID.description)
            #expect(note["message", "private"] == "1")
            #expect(note["message", "agent", "id"] == face.fixture.agent.agentID.description)
            #expect(note["message", "expires_in"] == "6")

            try await theirs.send("message", chat, data: typing(true, isPrivate: true))
            #expect(try await theirs.hear("error")["message", "code"] == "forbidden")
            try await face.fixture.answer("after the note", to: visitor)
            while true {
                let said = try await theirs.next(attendance: true)
                #expect(said["message", "type"] != "typing")
                if said["message", "type"] == "new_message" { break }
            }
        }
    }

    @Test func `repeated typing is told once, and whoever goes has stopped`() async throws {
        try await duty { face, visitor, _ in
            let chat = CableClient.chat(visitor.chat)
            let theirs = try await CableClient.open(face, as: visitor.principal)
            let ours = try await CableClient.open(face, as: face.fixture.staff)
            for client in [theirs, ours] { _ = try await client.subscribe(chat) }
            for _ in 0..<20 { try await ours.send("message", chat, data: typing(true)) }
            try await ours.send("unsubscribe", chat)
            let on = try await theirs.hear("typing")
            #expect(on["message", "on"] == "1" && on["message", "by"] == "admin")
            #expect(on["message", "agent", "name"] == "Ann")
            #expect(on["message", "private"] == nil)
            // All twenty within a second are one, unless the machine took longer than that.
            var said = try await theirs.hear("typing")
            while said["message", "on"] == "1" { said = try await theirs.hear("typing") }
            #expect(said["message", "on"] == "0")

            let again = try await CableClient.open(face, as: face.fixture.staff)
            _ = try await again.subscribe(chat)
            try await again.send("message", chat, data: typing(true))
            #expect(try await theirs.hear("typing")["message", "on"] == "1")
            try await again.raw.close()
            #expect(try await theirs.hear("typing")["message", "on"] == "0")
        }
    }

    @Test func `the presence of a chat's contact is there for whoever opens it`() async throws {
        try await duty { face, visitor, staff in
            let chat = CableClient.chat(visitor.chat)
            let theirs = try await CableClient.open(face, as: visitor.principal)
            _ = try await theirs.subscribe(chat)
            _ = try await staff.hear("presence")
            let ours = try await CableClient.open(face, as: face.fixture.staff)
            _ = try await ours.subscribe(chat)
            let state = try await ours.hear("presence")
            #expect(state["message", "user", "online"] == "1")
            #expect(state["message", "staff", "online"] == "1")
        }
    }
}
