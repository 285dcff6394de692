import Foundation
import NIOCore
import Postgres
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

@Suite struct PersisterIntegrationTests {
    /// What PostgreSQL has of a chat, in the order in which it was written.
    private func seqs(_ fixture: SupportFixture, _ visitor: SupportFixture.Visitor) async throws -> [Int] {
        try await fixture.world.postgres.query(
            """
            SELECT seq FROM support_messages
            WHERE account_id = \(fixture.account.uuid) AND chat_id = \(visitor.session.chatID.uuid) ORDER BY seq
            """
        ).map { try $0.decode("seq", as: Int.self) }
    }

    private func persistedUpTo(
        _ fixture: SupportFixture, _ visitor: SupportFixture.Visitor
    ) async throws -> Int {
        try await fixture.desk.chats.show(visitor.chat, to: visitor.principal, at: .now()).persistedUpTo
    }

    @Test func `two readers on duty at once persist everything exactly once and in order`() async throws {
        try await TestWorld.withPrivate { world, server in
            let fixture = try await SupportFixture.make(in: world)
            let visitors = try await race(4) { _ in try await fixture.contact() }
            // Each believes to be the only one: the lease is not what makes it exact.
            let readers = (0..<2).map { number in
                Task {
                    let journal = Journal(
                        cell: Cell(0), redis: world.redis, scripts: try JournalScripts(TestWorld.scripts()))
                    while !Task.isCancelled {
                        let persister = fixture.persister()
                        do {
                            var position = try await persister.resume()
                            while !Task.isCancelled {
                                let entries = try await journal.entries(after: position, limit: 7)
                                guard let last = entries.last else {
                                    try await Task.sleep(for: .milliseconds(2))
                                    continue
                                }
                                try await persister.consume(entries, after: position)
                                position = last.id
                            }
                        } catch is Persister.Overtaken {
                            continue
                        } catch  where Task.isCancelled {
                            break
                        }
                    }
                }
            }
            _ = try await race(4) { number in
                for message in 1...50 { try await fixture.send("\(message)", from: visitors[number]) }
            }
            try await waitUntil("200 rows") {
                try await fixture.count("SELECT count(*) FROM support_messages") == 200
            }
            for reader in readers { reader.cancel() }
            for reader in readers { try await reader.value }
            for visitor in visitors {
                #expect(try await seqs(fixture, visitor) == Array(1...50))
                #expect(
                    try await fixture.count(
                        "SELECT last_seq FROM support_chats WHERE id = \(visitor.session.chatID.uuid)") == 50)
            }
            #expect(try await fixture.count("SELECT count(*) FROM journal_dead_letters") == 0)
        }
    }

    @Test func `a batch written twice is refused the second time`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            let (first, second) = (fixture.persister(), fixture.persister())
            let position = try await first.resume()
            #expect(try await second.resume() == position)
            let entries = try await fixture.desk.journal.entries(after: position, limit: 10)
            try await first.consume(entries, after: position)
            await #expect(throws: Persister.Overtaken.self) {
                try await second.consume(entries, after: position)
            }
            #expect(try await seqs(fixture, visitor) == [1])
        }
    }

    @Test func `what was written but not announced is announced by whoever resumes`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            try await fixture.send("2", from: visitor)
            let (killed, voice) = try mute(fixture)
            let position = try await killed.resume()
            let entries = try await fixture.desk.journal.entries(after: position, limit: 10)
            // Committed, and dead before it has told anybody.
            await #expect(throws: RedisError.self) { try await killed.consume(entries, after: position) }
            await voice.shutdown()
            #expect(try await persistedUpTo(fixture, visitor) == 0)

            let next = fixture.persister()
            #expect(try await next.resume() == entries.last?.id)
            #expect(try await persistedUpTo(fixture, visitor) == 2)
            #expect(try await seqs(fixture, visitor) == [1, 2])
        }
    }

    /// A persister that cannot be heard: it announces through a client that was shut down.
    private func mute(_ fixture: SupportFixture) throws -> (persister: Persister, voice: RedisClient) {
        var nowhere = try RedisConfiguration(url: "redis://127.0.0.1:1")
        nowhere.commandTimeout = .milliseconds(50)
        let voice = RedisClient(nowhere, group: TestWorld.group, logger: TestWorld.quiet)
        let announcements = Announcements(
            redis: voice, scripts: try ChatScripts(TestWorld.scripts()),
            configuration: fixture.desk.configuration)
        return (
            Persister(
                journal: fixture.desk.journal, postgres: fixture.world.postgres, announcements: announcements,
                logger: TestWorld.quiet), voice
        )
    }

    @Test func `a fact that PostgreSQL refuses is set aside, and all the others are written`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            let journal = fixture.desk.journal
            for number in 1...10 {
                try await fixture.send("\(number)", from: visitor)
                // Poison between sound facts: no JSON, no fact, an inbox that does not exist, a seq out of range.
                let texts = FactTexts()
                let poison = [
                    "no JSON at all", #"{"kind":"message.created"}"#,
                    try stranger(texts), try outOfRange(texts),
                ][number % 4]
                _ = try await world.redis.send([
                    "XADD", .string(journal.cell.journal), "*", "f", .string(poison),
                ])
            }
            try await fixture.persist()
            #expect(try await seqs(fixture, visitor) == Array(1...10))
            #expect(try await fixture.count("SELECT count(*) FROM journal_dead_letters") == 10)
            let letters = try await world.postgres.query(
                "SELECT convert_from(fact, 'UTF8') AS fact, error FROM journal_dead_letters")
            let facts = try letters.map { try $0.decode("fact", as: String.self) }
            #expect(facts.count { $0 == "no JSON at all" } == 2)
            #expect(try letters.allSatisfy { try !$0.decode("error", as: String.self).isEmpty })
            #expect(try await persistedUpTo(fixture, visitor) == 10)
        }
    }

    private func stranger(_ texts: FactTexts) throws -> String {
        """
        {"kind":"message.created","at":"\(FactTexts.iso(1))","account_id":"\(texts.account)",\
        "chat_id":"\(texts.chat)","sender_id":"\(texts.sender)","about":{"inbox_id":"\(Inbox.ID.new())",\
        "contact_id":"\(Contact.ID.new())","created_at":"\(FactTexts.iso(1))"}}
        """
    }

    private func outOfRange(_ texts: FactTexts) throws -> String {
        """
        {"kind":"message.created","at":"\(FactTexts.iso(1))","account_id":"\(texts.account)",\
        "chat_id":"\(texts.chat)","sender_id":"\(texts.sender)","message":{"seq":0,\
        "conversation_id":"\(Conversation.ID.new())","id":"\(Message.ID.new())","client_id":"c","content":"x",\
        "sender_type":"user","sender_name":null,"status":"sent","created_at":"\(FactTexts.iso(1))",\
        "sent_at":"\(FactTexts.iso(1))","delivered_at":null,"read_at":null}}
        """
    }

    @Test func `while PostgreSQL is away nothing is set aside`() async throws {
        try await TestWorld.withMortal { world, _, postgres in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            let persister = fixture.persister()
            let position = try await persister.resume()
            let entries = try await fixture.desk.journal.entries(after: position, limit: 10)
            try await postgres.stop()
            await #expect(throws: PostgresError.self) {
                try await persister.consume(entries, after: position)
            }
            try await postgres.start()
            try await waitUntil("persisted") {
                do { try await fixture.persist() } catch let error as PostgresError where error.isTransient {
                    return false
                }
                return true
            }
            #expect(try await seqs(fixture, visitor) == [1])
            #expect(try await fixture.count("SELECT count(*) FROM journal_dead_letters") == 0)
        }
    }

    @Test func `persisting is announced to those who are in the chat, up to where it is`() async throws {
        try await TestWorld.withPrivate { world, server in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            try await fixture.send("1", from: visitor)
            let heard = Heard()
            let subscriber = RedisSubscriber(
                try RedisConfiguration(url: server.url), group: TestWorld.group, logger: TestWorld.quiet,
                onMessages: { for message in $0 { heard.add(String(buffer: message.payload)) } },
                onReconnect: { _ in })
            try await subscriber.subscribe([visitor.chat.channel])
            try await fixture.send("2", from: visitor)
            try await fixture.persist()
            try await waitUntil("the announcement") {
                heard.all.contains("~\n" + #"{"type":"persisted","up_to_seq":2}"#)
            }
            try await fixture.persist()
            #expect(heard.all.count { $0.contains("persisted") } == 1)
            await subscriber.shutdown()
        }
    }
}
