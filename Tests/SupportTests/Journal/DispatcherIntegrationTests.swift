import Foundation
import Jobs
import NIOCore
import Realtime
import Redis
import Synchronization
import TestSupport
import Testing

@testable import Support

/// Notes what it hears, and fails as often as it was told to.
private final class Ear: FactListener, Sendable {
    struct Deaf: Error {}
    private let state: Mutex<(heard: [String], failures: Int)>

    init(failures: Int = 0) { state = Mutex(([], failures)) }

    var heard: [String] { state.withLock { $0.heard } }

    func heard(_ facts: [Fact]) async throws {
        try state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                throw Deaf()
            }
            state.heard += facts.compactMap { $0.message?.content }
        }
    }
}

@Suite struct DispatcherIntegrationTests {
    private func dispatcher(_ fixture: SupportFixture, _ listeners: [any FactListener]) -> Dispatcher {
        Dispatcher(journal: fixture.desk.journal, listeners: listeners, logger: TestWorld.quiet)
    }

    /// One turn of a reader.
    private func turn(_ dispatcher: Dispatcher, _ fixture: SupportFixture) async throws {
        let position = try await dispatcher.resume()
        let entries = try await fixture.desk.journal.entries(after: position, limit: 100)
        guard let last = entries.last else { return }
        try await dispatcher.consume(entries, after: position)
        try await fixture.desk.journal.advance(
            Dispatcher.name, to: last.id, of: [Persister.name, Dispatcher.name])
    }

    @Test func `listeners hear every fact in order, and once when nothing dies`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            let ears = [Ear(), Ear()]
            let dispatcher = dispatcher(fixture, ears)
            for number in 1...3 { try await fixture.send("\(number)", from: visitor) }
            try await turn(dispatcher, fixture)
            try await fixture.send("4", from: visitor)
            try await turn(dispatcher, fixture)
            try await turn(dispatcher, fixture)
            for ear in ears { #expect(ear.heard == ["1", "2", "3", "4"]) }
            #expect(try await fixture.desk.journal.length() == 4, "the persister has not passed them")
        }
    }

    @Test func `a listener that fails hears the same facts again`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            let ear = Ear(failures: 1)
            let dispatcher = dispatcher(fixture, [ear])
            try await fixture.send("1", from: visitor)
            await #expect(throws: Ear.Deaf.self) { try await turn(dispatcher, fixture) }
            try await turn(dispatcher, fixture)
            #expect(ear.heard == ["1"])
        }
    }

    @Test func `what cannot be read is passed over`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact()
            let ear = Ear()
            _ = try await world.redis.send(["XADD", .string(Cell(0).journal), "*", "f", "garbage"])
            try await fixture.send("1", from: visitor)
            try await turn(dispatcher(fixture, [ear]), fixture)
            #expect(ear.heard == ["1"])
        }
    }

    @Test func `an agent's message heard twice asks for one look, after the delay`() async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact(email: "joe@example.com")
            let now = Timestamp.now()
            try await fixture.send("question", from: visitor, at: now)
            try await fixture.answer("answer", to: visitor, at: now)
            try await fixture.answer("and another", to: visitor, at: now)
            let listener = UnreadEmailListener(
                jobs: JobClient(redis: world.redis, scripts: try JobScripts(TestWorld.scripts())),
                delay: .seconds(300))
            let facts = try await fixture.facts()
            for _ in 0..<3 { try await listener.heard(facts) }

            let scheduled =
                try await world.redis.send(["ZRANGE", "schedule", "0", "-1", "WITHSCORES"]).array ?? []
            #expect(scheduled.count == 4, "two jobs with their times")
            let due = Double(scheduled.last?.text ?? "") ?? 0
            #expect(abs(due - now.adding(.seconds(300)).date.timeIntervalSince1970) < 0.01)
            let job = try JSONSerialization.jsonObject(with: Data((scheduled.first?.text ?? "").utf8))
            let members = try #require(job as? [String: Any])
            #expect(members["class"] as? String == "UnreadEmailJob")
            #expect(members["queue"] as? String == "mailers")
            #expect((members["jid"] as? String)?.count == 24)
            let argument = try #require((members["args"] as? [[String: Any]])?.first)
            #expect(argument["chat_id"] as? String == visitor.session.chatID.description)
            #expect(argument["account_id"] as? String == fixture.account.description)
            #expect(!"\(members)".contains("answer"), "a job carries no message")

            // As if both had run by now.
            _ = try await world.redis.send(["DEL", "schedule"])
            try await listener.heard(facts)
            #expect(try await world.redis.send(["EXISTS", "schedule"]).int == 0)
        }
    }
}
