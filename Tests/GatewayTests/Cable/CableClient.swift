import Foundation
import NIOCore
import Support

@testable import Gateway

/// An ActionCable client that hears everything but the heartbeat, and of who comes and goes only when it asks.
struct CableClient {
    let raw: RawClient

    /// Opens `/cable` with these credentials; returns the head of the answer as well.
    static func open(
        _ face: TestFace, _ query: String = "", headers: String = "",
        subprotocol: String = "actioncable-v1-json, actioncable-unsupported"
    ) async throws -> (client: CableClient, head: String) {
        let raw = try await RawClient.connect(to: face.client.port ?? 0)
        try await raw.send(
            handshake(
                "/cable\(query)",
                "Sec-WebSocket-Protocol: \(subprotocol)\r\n" + headers))
        return (CableClient(raw: raw), try await raw.response().head)
    }

    /// A client that is let in with a ticket.
    static func open(_ face: TestFace, as principal: Principal) async throws -> CableClient {
        let ticket = try await face.fixture.desk.tickets.issue(for: principal)
        let client = try await open(face, "?ticket=\(ticket)").client
        guard try await client.next()["type"] == "welcome" else {
            throw RawClient.NotSeen(waitingFor: "welcome", received: "")
        }
        return client
    }

    static func chat(_ chat: Chat.Address) -> String {
        #"{"channel":"ChatChannel","chat_id":"\#(chat.chatID)"}"#
    }
    static let staff = #"{"channel":"AdminNotificationChannel"}"#

    func send(_ text: String) async throws { try await raw.send(ClientFrame.text(text)) }

    func send(_ command: String, _ identifier: String, data: String? = nil) async throws {
        var members = ["command": command, "identifier": identifier]
        members["data"] = data
        try await send(String(decoding: JSONEncoder().encode(members), as: UTF8.self))
    }

    private static let attendance: Set<String?> = ["presence", "agent_presence", "viewing"]

    /// What the server says next, heartbeats left out; whoever hears only these for long hears nothing more.
    func next(attendance: Bool = false) async throws -> Said {
        var heartbeats = 0
        while heartbeats < 8 {
            let said = Said(try await raw.frame().payload)
            if said["type"] == "ping" {
                heartbeats += 1
            } else if attendance || !Self.attendance.contains(said["message", "type"]) {
                return said
            }
        }
        throw RawClient.NotSeen(waitingFor: "a word", received: "heartbeats")
    }

    /// Subscribes and waits for the answer, and for the state that follows a confirmation.
    func subscribe(_ identifier: String) async throws -> String? {
        try await send("subscribe", identifier)
        let answer = try await next()["type"]
        if answer == "confirm_subscription" { _ = try await next() }
        return answer
    }

    /// Hears until something fits, whatever comes in between.
    func hear(_ type: String) async throws -> Said {
        while true {
            let said = try await next(attendance: Self.attendance.contains(type))
            if said["message", "type"] == type || said["type"] == type { return said }
        }
    }
}
