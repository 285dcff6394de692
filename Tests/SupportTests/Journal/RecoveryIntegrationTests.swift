import Foundation
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

/// Redis comes back with less than it had. No seq is ever given twice, and nothing that PostgreSQL has is lost.
@Suite struct RecoveryIntegrationTests {
    private func epoch(_ world: TestWorld) async throws -> String? {
        try await world.redis.send(["HGET", .string(Cell(0).state), "epoch"]).text
    }

    private func isPersistedOnce(_ fixture: SupportFixture, upTo seq: Int) async throws -> Bool {
        try await fixture.world.postgres.query("SELECT seq FROM support_messages ORDER BY seq")
            .map { try $0.decode("seq", as: Int.self) } == Array(1...seq)
    }

    @Test func `an emptied Redis begins a new epoch, and chats go on from PostgreSQL`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            for number in 1...5 { try await fixture.send("\(number)", from: visitor, clientID: "c\(number)") }
            try await fixture.persist()
            let before = try await epoch(world)
            _ = try await world.redis.send(["FLUSHALL"])

            #expect(try await fixture.send("5", from: visitor, clientID: "c5").seq == 5)
            #expect(try await fixture.send("6", from: visitor).seq == 6)
            let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            #expect(view.messages.map(\.seq) == Array(1...6))
            #expect(view.position.epoch != before)
            try await fixture.persist()
            #expect(try await isPersistedOnce(fixture, upTo: 6))
            #expect(try await epoch(world) != before)
        }
    }

    @Test func `what Redis lost before it was persisted is sent again and is one message`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            for number in 1...3 { try await fixture.send("\(number)", from: visitor, clientID: "c\(number)") }
            try await fixture.persist()
            // The outbox of the client keeps these two, as nobody has said that they are persisted.
            for number in 4...5 { try await fixture.send("\(number)", from: visitor, clientID: "c\(number)") }
            _ = try await world.redis.send(["FLUSHALL"])
            for number in 3...5 {
                #expect(
                    try await fixture.send("\(number)", from: visitor, clientID: "c\(number)").seq == number)
            }
            try await fixture.persist()
            #expect(try await isPersistedOnce(fixture, upTo: 5))
        }
    }

    /// Everything that Redis has, to be brought back later.
    private func dump(_ redis: RedisClient) async throws -> [(key: String, value: RESPValue)] {
        var dumps: [(String, RESPValue)] = []
        for key in try await redis.send(["KEYS", "*"]).array?.compactMap(\.text) ?? [] {
            dumps.append((key, try await redis.send(["DUMP", .string(key)])))
        }
        return dumps
    }

    private func restore(_ dumps: [(key: String, value: RESPValue)], _ redis: RedisClient) async throws {
        _ = try await redis.send(["FLUSHALL"])
        for (key, value) in dumps {
            guard let bytes = value.bytes else { continue }
            _ = try await redis.send(["RESTORE", .string(key), "0", .bytes(bytes)])
        }
    }

    @Test func `a Redis that fell behind PostgreSQL begins a new epoch, and no seq is used twice`()
        async throws
    {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            for number in 1...3 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()
            try await fixture.send("4", from: visitor)
            let past = try await dump(world.redis)
            let before = try await epoch(world)
            for number in 5...7 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()

            // The machine loses its power: the last second of the append-only file is gone.
            try await restore(past, world.redis)
            #expect(try await epoch(world) == before)
            try await fixture.persist()
            #expect(try await epoch(world) != before)
            #expect(try await fixture.send("8", from: visitor).seq == 8)
            try await fixture.persist()
            #expect(try await isPersistedOnce(fixture, upTo: 8))
            let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            #expect(view.messages.map(\.content) == (1...8).map(String.init))
        }
    }

    @Test func `it is noticed also when the journal has grown past the old position meanwhile`() async throws
    {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let (visitor, other) = (try await fixture.contact(), try await fixture.contact())
            for number in 1...3 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()
            let past = try await dump(world.redis)
            let before = try await epoch(world)
            for number in 4...6 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()
            try await restore(past, world.redis)
            // Somebody else was faster than the persister.
            try await fixture.send("1", from: other)

            try await fixture.persist()
            #expect(try await epoch(world) != before)
            #expect(try await fixture.send("7", from: visitor).seq == 7)
            try await fixture.persist()
            #expect(try await fixture.rows(of: visitor.chat) == 7)
            #expect(try await fixture.rows(of: other.chat) == 1)
            #expect(
                try await fixture.count(
                    "SELECT count(DISTINCT seq) FROM support_messages WHERE chat_id = \(visitor.session.chatID.uuid)"
                ) == 7)
        }
    }

    @Test func `what is accepted under numbers that were given before is moved behind them`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let (visitor, other) = (try await fixture.contact(), try await fixture.contact())
            for number in 1...3 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()
            let past = try await dump(world.redis)
            for number in 4...6 { try await fixture.send("\(number)", from: visitor, clientID: "c\(number)") }
            try await fixture.persist()
            let running = fixture.persister()
            let position = try await running.resume()

            // A replica that lacks the tail takes over, and nobody notices: the persister goes on reading.
            try await restore(past, world.redis)
            try await fixture.send("1", from: other)
            let journal = fixture.desk.journal
            let entries = try await journal.entries(after: position, limit: 10)
            try await running.consume(entries, after: position)
            try await journal.advance(Persister.name, to: try #require(entries.last).id, of: [Persister.name])
            // One of the lost ones comes again, as its sender was never told, between two that are new.
            for (content, client) in [("7", "c7"), ("5", "c5"), ("8", "c8")] {
                try await fixture.send(content, from: visitor, clientID: client)
            }
            let before = try await epoch(world)
            let reused = try await journal.entries(after: entries.last?.id, limit: 10)
            await #expect(throws: Persister.FellBack.self) {
                try await running.consume(reused, after: try #require(entries.last).id)
            }

            _ = try await running.resume()
            #expect(try await epoch(world) != before)
            #expect(try await fixture.send("9", from: visitor).seq == 9)
            try await fixture.persist()
            let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            #expect(view.messages.map(\.content) == (1...9).map(String.init))
            #expect(view.messages.map(\.seq) == Array(1...9))
            #expect(try await fixture.rows(of: visitor.chat) == 9)
            #expect(try await fixture.rows(of: other.chat) == 1)
            #expect(try await fixture.count("SELECT count(*) FROM journal_dead_letters") == 0)
        }
    }

    @Test func `a conversation that was opened once more is the one that is open`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let (visitor, other) = (try await fixture.contact(), try await fixture.contact())
            try await fixture.send("1", from: other)
            try await fixture.persist()
            _ = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            let past = try await dump(world.redis)
            try await fixture.send("1", from: visitor)
            try await fixture.persist()
            try await restore(past, world.redis)
            try await fixture.send("2", from: visitor)
            try await fixture.persist()
            let view = try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now())
            #expect(view.messages.map(\.content) == ["1", "2"])
            #expect(Set(view.messages.map(\.conversationID)).count == 1)
            #expect(try await fixture.count("SELECT count(*) FROM journal_dead_letters") == 0)
        }
    }

    @Test func `an older copy of Redis, from before an earlier recovery, is behind too`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            for number in 1...3 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()
            let past = try await dump(world.redis)
            _ = try await world.redis.send(["FLUSHALL"])
            for number in 4...5 { try await fixture.send("\(number)", from: visitor) }
            try await fixture.persist()
            try await restore(past, world.redis)
            try await fixture.send("6", from: visitor)
            try await fixture.persist()
            #expect(try await isPersistedOnce(fixture, upTo: 6))
            #expect(try await fixture.send("7", from: visitor).seq == 7)
        }
    }

    @Test func `a recovery whose process died is done by the next one`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            try await fixture.desk.journal.beginRecovery(epoch: "next")
            try await fixture.persist()
            #expect(try await fixture.send("2", from: visitor).seq == 2)
        }
    }

    @Test func `a position that is merely not announced is no loss`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            try await fixture.persist()
            let before = try await epoch(world)
            try await fixture.send("2", from: visitor)
            let killed = fixture.persister()
            let position = try await killed.resume()
            let entries = try await fixture.desk.journal.entries(after: position, limit: 10)
            try await killed.consume(entries, after: position)
            // Dead before it told the journal how far it is.
            try await fixture.send("3", from: visitor)
            try await fixture.persist()
            #expect(try await epoch(world) == before)
            #expect(try await isPersistedOnce(fixture, upTo: 3))
        }
    }

    @Test func `while facts of the old epoch are brought to safety no chat is seeded`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            try await fixture.persist()
            try await fixture.desk.journal.beginRecovery(epoch: "next")
            let refused = try await refusal { try await fixture.send("2", from: visitor) }
            #expect(refused?.isUnavailable == true)
            try await fixture.desk.journal.finishRecovery()
            #expect(try await fixture.send("2", from: visitor).seq == 2)
        }
    }

    @Test func `a killed Redis with its append-only file goes on as if nothing had been`() async throws {
        try await TestWorld.withPrivate { world, server in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            for number in 1...3 { try await fixture.send("\(number)", from: visitor, clientID: "c\(number)") }
            let before = try await epoch(world)
            try await server.restart()
            try await waitUntil("Redis answers") {
                do { _ = try await world.redis.send(["PING"]) } catch { return false }
                return true
            }
            #expect(try await epoch(world) == before)
            #expect(try await fixture.send("3", from: visitor, clientID: "c3").seq == 3)
            #expect(try await fixture.send("4", from: visitor).seq == 4)
            try await fixture.persist()
            #expect(try await isPersistedOnce(fixture, upTo: 4))
        }
    }
}
