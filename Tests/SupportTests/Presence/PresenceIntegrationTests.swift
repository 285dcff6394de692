import Foundation
import NIOCore
import Realtime
import TestSupport
import Testing

@testable import Support

/// The scripts of presence in a Redis of their own, as leases are the whole cell's.
@Suite struct PresenceIntegrationTests {
    private struct Stage: Sendable {
        let fixture: SupportFixture
        let visitor: SupportFixture.Visitor
        let presence: Presence

        var contact: [Presence.Subject] { Presence.subjects(of: visitor.principal, in: visitor.chat) }
        var staff: [Presence.Subject] { Presence.subjects(of: fixture.staff, in: nil) }
        var viewer: [Presence.Subject] { Presence.subjects(of: fixture.staff, in: visitor.chat) }

        @discardableResult
        func beat(
            _ step: Presence.Step, _ gateway: String, _ came: [Presence.Subject] = [],
            _ went: [Presence.Subject] = []
        ) async throws -> Presence.Beat {
            try await presence.beat(step, as: gateway, came: came, went: went)
        }

        func state(_ caller: Principal, _ chat: Chat.Address?) async throws -> String {
            String(buffer: try #require(try await presence.read(for: caller, in: chat)))
        }
    }

    private func stage(
        lease: Duration = .seconds(60), linger: Duration = .zero,
        _ body: @Sendable (Stage, Listening) async throws -> Void
    ) async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world) {
                $0.presenceLease = lease
                $0.presenceLinger = linger
            }
            let visitor = try await fixture.contact()
            try await Listening.to(visitor.chat, in: world) { listening in
                try await body(
                    Stage(fixture: fixture, visitor: visitor, presence: fixture.desk.presence), listening)
            }
        }
    }

    private func online(_ heard: Heard, _ type: String, atLeast count: Int) async throws -> [Bool?] {
        try await heard.said(type, atLeast: count).map(\.online)
    }

    @Test func `several devices on several gateways come once and go once, with the last`() async throws {
        try await stage { stage, listening in
            try await stage.beat(.begin, "a", stage.contact)
            try await stage.beat(.begin, "b", stage.contact)
            try await stage.beat(.beat, "a", stage.contact)
            try await stage.beat(.beat, "a", [], stage.contact)
            try await stage.beat(.beat, "a", [], stage.contact)
            #expect(
                try await stage.state(stage.fixture.staff, stage.visitor.chat).contains(
                    #""user":{"online":true}"#))
            try await stage.beat(.beat, "b", [], stage.contact)
            try await stage.beat(.beat, "b")
            #expect(try await online(listening.chat, "presence", atLeast: 2) == [true, false])
            let staff = try await listening.staff.said("presence", atLeast: 2)
            #expect(staff.map(\.online) == [true, false])
            #expect(staff.allSatisfy { $0.chatId == stage.visitor.session.chatID.description })
            #expect(
                try await stage.state(stage.fixture.staff, stage.visitor.chat).contains(
                    #""user":{"online":false}"#))
        }
    }

    @Test func `whoever is back within the linger never left`() async throws {
        try await stage(linger: .milliseconds(400)) { stage, listening in
            try await stage.beat(.begin, "a", stage.contact)
            try await stage.beat(.beat, "a", [], stage.contact)
            try await stage.beat(.begin, "b", stage.contact)
            try await waitUntil("the linger is over, and nobody is told", within: .seconds(10)) {
                try await stage.beat(.beat, "b")
                return try await stage.fixture.world.redis.send(["ZCARD", "{c0}:presence:leaving"]).int == 0
            }
            try await stage.beat(.beat, "b", [], stage.contact)
            try await waitUntil("the last one's going is told", within: .seconds(10)) {
                try await stage.beat(.beat, "b")
                return try await listening.chat.said("presence").count == 2
            }
            #expect(try await online(listening.chat, "presence", atLeast: 2) == [true, false])
        }
    }

    @Test
    func `a gateway that is silent beyond its lease is cleared away by any other, once, however many sweep`()
        async throws
    {
        try await stage(lease: .milliseconds(600)) { stage, listening in
            try await stage.beat(.begin, "dead", stage.contact + stage.viewer)
            try await stage.beat(.begin, "b", stage.staff)
            let desks = try (0..<4).map { _ in
                try SupportFixture.makeDesk(in: stage.fixture.world) { $0.presenceLease = .milliseconds(600) }
            }
            for number in 0..<4 {
                _ = try await desks[number].presence.beat(.begin, as: "s\(number)", came: [], went: [])
            }
            try await waitUntil("the dead one's people are gone", within: .seconds(15)) {
                _ = try await race(8) { number in
                    try await desks[number % 4].presence.beat(.beat, as: "s\(number % 4)", came: [], went: [])
                }
                try await stage.beat(.beat, "b")
                return try await listening.chat.said("presence").count >= 2
            }
            _ = try await race(8) { number in
                try await desks[number % 4].presence.beat(.beat, as: "s\(number % 4)", came: [], went: [])
            }
            #expect(try await online(listening.chat, "presence", atLeast: 2) == [true, false])
            // The agent has another device, on a gateway that lives.
            #expect(try await online(listening.staff, "agent_presence", atLeast: 1) == [true])
            let viewing = try await listening.staff.said("viewing", atLeast: 2)
            #expect(viewing.map(\.agents?.count) == [1, 0])
            #expect(try await stage.beat(.beat, "dead") == .lapsed)
            #expect(try await stage.beat(.begin, "dead.2", stage.contact) == .beating(more: false))
            #expect(try await online(listening.chat, "presence", atLeast: 3) == [true, false, true])
        }
    }

    @Test func `the last one to leave is gone, though no gateway beats any more`() async throws {
        try await stage { stage, listening in
            let cell = stage.fixture.inbox.cell
            try await stage.beat(.begin, "a", stage.contact)
            try await stage.beat(.beat, "a", [], stage.contact)
            #expect(try await stage.presence.sweep(cell) == false)
            #expect(try await online(listening.chat, "presence", atLeast: 2) == [true, false])
        }
    }

    @Test func `those of the last gateway are gone when it died, and a sweep is no gateway`() async throws {
        try await stage(lease: .milliseconds(900)) { stage, listening in
            let cell = stage.fixture.inbox.cell
            try await stage.beat(.begin, "a", stage.contact)
            try await waitUntil("they are told to be gone") {
                _ = try await stage.presence.sweep(cell)
                return try await stage.state(stage.fixture.staff, nil).contains(#""chats":[]"#)
            }
            #expect(try await online(listening.chat, "presence", atLeast: 2) == [true, false])
            #expect(try await stage.beat(.beat, "a") == .lapsed)
        }
    }

    @Test func `when Redis was away for longer than a lease nobody is taken for dead`() async throws {
        try await stage(lease: .milliseconds(300)) { stage, listening in
            try await stage.beat(.begin, "a", stage.contact)
            try await stage.beat(.begin, "b", stage.staff)
            try await waitUntil("both leases are over") {
                let ends =
                    try await stage.fixture.world.redis.send([
                        "ZRANGE", "{c0}:presence:gateways", "0", "-1", "WITHSCORES",
                    ]).array?.compactMap { $0.text.flatMap(Int.init) } ?? []
                return ends.allSatisfy { $0 < Timestamp.now().milliseconds }
            }
            #expect(try await stage.beat(.beat, "b") == .beating(more: false))
            #expect(try await stage.beat(.beat, "a") == .beating(more: false))
            #expect(try await online(listening.chat, "presence", atLeast: 1) == [true])
        }
    }

    @Test func `a Redis that came back empty is told everything anew`() async throws {
        try await stage { stage, _ in
            try await stage.beat(.begin, "a", stage.contact)
            _ = try await stage.fixture.world.redis.send(["FLUSHALL"])
            #expect(try await stage.beat(.beat, "a") == .lapsed)
        }
    }

    @Test func `many are cleared away in several calls, each told once`() async throws {
        try await stage { stage, listening in
            let account = stage.fixture.account
            let chats = (0..<1300).map { _ in
                Presence.Subject(name: "u \(account) \(Chat.ID.new())", card: nil)
            }
            try await stage.beat(.begin, "a", chats)
            var calls = 1
            var more = try await stage.beat(.end, "a")
            while more == .beating(more: true) {
                more = try await stage.beat(.begin, "b")
                calls += 1
            }
            #expect(calls > 2)
            let told = try await listening.staff.said("presence", atLeast: 2600)
            #expect(told.count == 2600)
            #expect(Set(told.filter { $0.online == false }.map(\.chatId)).count == 1300)
            for key in ["held", "holders", "online", "leaving"] {
                #expect(
                    try await stage.fixture.world.redis.send(["EXISTS", .string("{c0}:presence:\(key)")]).int
                        == 0)
            }
        }
    }

    @Test func `a gateway that wakes up while it is being cleared away is told so`() async throws {
        try await stage { stage, _ in
            let chats = (0..<600).map { _ in
                Presence.Subject(name: "u \(stage.fixture.account) \(Chat.ID.new())", card: nil)
            }
            try await stage.beat(.begin, "a", chats)
            let redis = stage.fixture.world.redis
            _ = try await redis.send(["ZADD", "{c0}:presence:gateways", "XX", "1", "a"])
            #expect(try await stage.beat(.begin, "b") == .beating(more: true))
            #expect(try await redis.send(["ZCARD", "{c0}:presence:held"]).int == 100)
            #expect(try await stage.beat(.beat, "a") == .lapsed)
            try await stage.beat(.beat, "b")
            #expect(try await redis.send(["EXISTS", "{c0}:presence:held"]).int == 0)
        }
    }

    @Test func `staff begin with who is there, and contacts with whether`() async throws {
        try await stage { stage, listening in
            let bob = try await stage.fixture.colleague("Bob \"the\" Builder")
            let chat = stage.visitor.chat
            #expect(
                try await stage.state(stage.visitor.principal, chat).contains(#""staff":{"online":false}"#))
            try await stage.beat(.begin, "a", stage.contact + stage.viewer)
            try await stage.beat(.begin, "b", Presence.subjects(of: .agent(bob), in: chat))
            let views = try await listening.staff.said("viewing", atLeast: 2)
            #expect(views.last?.agents?.map(\.name).sorted() == ["Ann", bob.name])

            struct State: Decodable {
                struct View: Decodable {
                    let chatId: String
                    let agents: [Heard.Said.Agent]
                }
                let agents: [Heard.Said.Agent]
                let viewing: [View]
                let chats: [String]
                let version: Int
            }
            let text = try await stage.state(stage.fixture.staff, nil)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let state = try decoder.decode(State.self, from: Data(text.utf8))
            #expect(state.agents.map(\.name).sorted() == ["Ann", bob.name])
            #expect(state.viewing.map(\.chatId) == [chat.chatID.description])
            #expect(state.viewing.first?.agents.count == 2)
            #expect(state.chats == [chat.chatID.description])

            let theirs = try await stage.state(stage.visitor.principal, chat)
            #expect(theirs.contains(#""user":{"online":true},"staff":{"online":true}"#))
            // Nothing that a contact hears or is told names an agent or says who looks at their chat.
            for text in listening.chat.all + [theirs] {
                #expect(!text.contains("Ann") && !text.contains("Bob") && !text.contains("view"))
            }
            #expect(try await stage.presence.read(for: stage.visitor.principal, in: nil) == nil)
        }
    }

    @Test func `another account hears and sees nothing of it`() async throws {
        try await stage { stage, listening in
            let other = try await SupportFixture.make(in: stage.fixture.world)
            let stranger = try await other.contact()
            try await stage.beat(
                .begin, "a",
                Presence.subjects(of: stranger.principal, in: stranger.chat)
                    + Presence.subjects(of: other.staff, in: stranger.chat))
            try await stage.beat(.beat, "a", stage.contact)
            #expect(try await online(listening.staff, "presence", atLeast: 1) == [true])
            #expect(listening.staff.all.count == 1 && listening.chat.all.count == 1)
            let state = try await stage.state(stage.fixture.staff, nil)
            #expect(state.contains(#""agents":[],"viewing":[],"chats":["\#(stage.visitor.session.chatID)"]"#))
        }
    }

    @Test func `fifty gateways that come and go at once leave nothing behind`() async throws {
        try await stage { stage, listening in
            _ = try await race(50) { number in
                try await stage.beat(.begin, "g\(number)", stage.contact + stage.viewer)
                try await stage.beat(.beat, "g\(number)", [], stage.contact)
                try await stage.beat(.end, "g\(number)", [], stage.viewer)
            }
            try await stage.beat(.begin, "z")
            try await stage.beat(.beat, "z")
            let told = try await online(listening.chat, "presence", atLeast: 2)
            // There and gone in turns, however often.
            #expect(told.enumerated().allSatisfy { $0.element == $0.offset.isMultiple(of: 2) })
            #expect(told.last == false)
            for key in ["held", "holders", "online", "leaving"] {
                #expect(
                    try await stage.fixture.world.redis.send(["EXISTS", .string("{c0}:presence:\(key)")]).int
                        == 0)
            }
        }
    }
}
