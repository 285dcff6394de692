import Foundation
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

/// A private cell with its listener and watchers, driven by hand.
private struct Clockwork: Sendable {
    let world: TestWorld
    let fixture: SupportFixture
    let visitor: SupportFixture.Visitor

    static func run(
        _ rules: String, _ body: @escaping @Sendable (Clockwork) async throws -> Void
    ) async throws {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            try await world.postgres.query(
                "UPDATE inboxes SET time_rules = \(rules)::jsonb WHERE account_id = \(fixture.account.uuid)")
            try await body(Clockwork(world: world, fixture: fixture, visitor: try await fixture.contact()))
        }
    }

    var desk: SupportDesk { fixture.desk }
    var cell: Cell { fixture.inbox.cell }

    /// The dispatcher's part: all facts, from the first on, as after a crash at the worst moment.
    func hear() async throws {
        let listener = TimerListener(timers: desk.timers, times: InboxTimes(postgres: world.postgres))
        try await listener.heard(try await fixture.facts())
    }

    func watcher(times: InboxTimes? = nil) -> TimerService {
        let times = times ?? desk.inboxTimes
        return TimerService(
            cell: cell, timers: desk.timers, duties: desk.timerDuties,
            rebuild: TimerRebuild(
                timers: desk.timers, times: times, postgres: world.postgres, journals: desk.journals,
                logger: TestWorld.quiet), logger: TestWorld.quiet)
    }

    /// Several processes look at once.
    func look() async throws {
        let watchers = (0..<8).map { _ in watcher() }
        _ = try await race(watchers.count) { _ = try await watchers[$0].look() }
    }

    func conversation() async throws -> Conversation.View {
        try #require(try await desk.chats.show(visitor.chat, to: visitor.principal, at: .now()).conversation)
    }

    /// Timer → due in ms, without those that are parked.
    func timers() async throws -> [String: Int] {
        let reply = try await world.redis.send(["ZRANGE", .string(cell.timers), "0", "-1", "WITHSCORES"])
        let words = reply.array?.compactMap(\.text) ?? []
        var timers: [String: Int] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            let kind = String(words[index].prefix { $0 != " " })
            timers[kind] = Double(words[index + 1]).flatMap { $0.isFinite ? Int($0) : nil } ?? -1
        }
        return timers
    }
}

@Suite struct TimersIntegrationTests {
    @Test func `an idle contact is warned once, sees the countdown, and the conversation ends once`()
        async throws
    {
        try await Clockwork.run(#"{"idle":{"after_s":2,"countdown_s":1},"archive_after_s":null}"#) { clock in
            try await clock.fixture.send("hello", from: clock.visitor)
            let answer = try await clock.fixture.answer("anything else?", to: clock.visitor)
            try await clock.hear()
            #expect(try await clock.timers() == ["idle": answer.createdAt.milliseconds + 1000])
            try await Listening.to(clock.visitor.chat, in: clock.world) { listening in
                func told(_ words: String) -> Int { listening.chat.all.count { $0.contains(words) } }
                try await clock.look()
                #expect(told(#""ends_at""#) == 0, "it is early")
                try await waitUntil("the warning") {
                    try await clock.look()
                    return told(#""ends_at""#) > 0
                }
                #expect(told(#""ends_in_s":1"#) == 1)
                let deadline = answer.createdAt.adding(.seconds(2))
                #expect(try await clock.conversation().endsAt == deadline)
                // Everything is heard once more: the word that was given stands, and is not given again.
                try await clock.hear()
                try await clock.look()
                #expect(told(#""ends_at""#) == 1)
                #expect(try await clock.timers() == ["idle": deadline.milliseconds])

                try await waitUntil("the end") {
                    try await clock.look()
                    return told(#""status":"ended""#) > 0
                }
                try await clock.hear()
                try await clock.look()
                #expect(told(#""status":"ended""#) == 1)
            }
            let ended = try await clock.conversation()
            let end = try #require(ended.end)
            #expect(end.reason == "timeout" && end.type == "system" && ended.endsAt == nil)
            let late = end.at.milliseconds - answer.createdAt.milliseconds - 2000
            #expect((0..<1000).contains(late), "exact to the second")
            #expect(try await clock.timers() == [:])
            #expect(try await clock.fixture.facts().count { $0.kind == .conversationEnded } == 1)
            #expect(try await clock.fixture.send("oh", from: clock.visitor).conversationID != ended.id)
        }
    }

    @Test func `a word from the contact calls it off, even when nobody has heard of it yet`() async throws {
        try await Clockwork.run(#"{"idle":{"after_s":100,"countdown_s":50},"archive_after_s":null}"#) {
            clock in
            let past = Timestamp.now().adding(.seconds(-90))
            try await clock.fixture.send("hello", from: clock.visitor, at: past)
            try await clock.fixture.answer("anything else?", to: clock.visitor, at: past)
            try await clock.hear()
            try await clock.look()
            // The warning was late by 40 s: the contact has the whole countdown from now.
            let endsAt = try #require(try await clock.conversation().endsAt)
            #expect(abs(endsAt.milliseconds - Timestamp.now().milliseconds - 50_000) < 5000)
            try await clock.fixture.send("wait", from: clock.visitor)
            #expect(try await clock.conversation().endsAt == nil)
            // The time comes before the fact does.
            let due = try await clock.timers()["idle"]
            let member = SupportTimer("idle", clock.visitor.chat, try await clock.conversation().id).member
            #expect(due == endsAt.milliseconds)
            _ = try await clock.world.redis.send(["ZADD", .string(clock.cell.timers), "1", .string(member)])
            try await clock.look()
            #expect(try await clock.conversation().status == .active)
            #expect(try await clock.timers() == [:])
        }
    }

    @Test func `targets warn staff and are missed once; an answer in time is neither`() async throws {
        let rules = """
            {"first_reply":{"within_s":60,"warn_before_s":20},"next_reply":{"within_s":60,"warn_before_s":null},
             "idle":null,"archive_after_s":null}
            """
        try await Clockwork.run(rules) { clock in
            let start = Timestamp.now().adding(.seconds(-50))
            try await clock.fixture.send("hello", from: clock.visitor, at: start)
            try await clock.hear()
            try await Listening.to(clock.visitor.chat, in: clock.world) { listening in
                func told(_ stage: String) -> [String] {
                    listening.staff.all.filter { $0.contains(#""type":"target""#) && $0.contains(stage) }
                }
                for _ in 1...2 {
                    try await clock.look()
                    try await clock.hear()
                }
                try await waitUntil("the warning") { told("warned").count == 1 }
                #expect(told("warned")[0].contains(#""target":"first_reply","seq":1"#))
                #expect(try await clock.timers() == ["first_reply": start.milliseconds + 60_000])

                // Its time has come.
                let member = SupportTimer(
                    "first_reply", clock.visitor.chat, try await clock.conversation().id
                ).member
                let missed = Timestamp.now().adding(.seconds(-1)).milliseconds
                _ = try await clock.world.redis.send([
                    "ZADD", .string(clock.cell.timers), .integer(missed), .string(member),
                ])
                _ = try await clock.world.redis.send([
                    "HSET", .string(clock.cell.timerNotes), .string(member), .string("1 \(missed)"),
                ])
                for _ in 1...2 {
                    try await clock.look()
                    try await clock.hear()
                }
                try await waitUntil("the miss") { told("missed").count == 1 }
                #expect(try await clock.timers() == ["first_reply": -1], "parked until somebody answers")
                #expect(
                    listening.chat.all.allSatisfy { !$0.contains("target") }, "visitors hear nothing of it")
            }
            try await clock.fixture.answer("at last", to: clock.visitor)
            try await clock.fixture.send("and now?", from: clock.visitor, at: .now().adding(.seconds(-70)))
            try await clock.fixture.answer("yes", to: clock.visitor)
            // As if the last answer had not been heard of: the script sees it.
            let facts = try await clock.fixture.facts().filter { $0.message?.content != "yes" }
            try await TimerListener(timers: clock.desk.timers, times: clock.desk.inboxTimes).heard(facts)
            #expect(try await clock.timers().keys.sorted() == ["next_reply"])
            try await clock.look()
            #expect(try await clock.timers() == [:])
            try await clock.fixture.persist()
            let rows = try await clock.fixture.count(
                """
                SELECT count(*) FROM conversation_targets WHERE account_id = \(clock.fixture.account.uuid)
                    AND target = 'first_reply' AND seq = 1 AND warned_at IS NOT NULL AND missed_at IS NOT NULL
                """)
            #expect(rows == 1)
            #expect(try await clock.fixture.count("SELECT count(*) FROM conversation_targets") == 1)
        }
    }

    @Test func `a chat in which nobody writes ends as inactive and is put away, cold or not`() async throws {
        try await Clockwork.run(#"{"idle":null,"archive_after_s":2592000}"#) { clock in
            let past = Timestamp.now().adding(.seconds(-2_592_010))
            try await clock.fixture.send("hello", from: clock.visitor, at: past)
            try await clock.hear()
            try await clock.fixture.persist()
            try await clock.fixture.forget(clock.visitor.chat)
            try await clock.look()
            #expect(try await clock.conversation().end?.reason == "inactive")
            #expect(
                try await clock.desk.chats.show(clock.visitor.chat, to: clock.fixture.staff, at: .now())
                    .archived)
            #expect(try await clock.timers() == [:])
            let facts = try await clock.fixture.facts().map(\.kind)
            #expect(facts.count { $0 == .conversationEnded } == 1 && facts.count { $0 == .chatArchived } == 1)
            try await clock.fixture.send("hello again", from: clock.visitor)
            #expect(
                try await clock.desk.chats.show(clock.visitor.chat, to: clock.fixture.staff, at: .now())
                    .archived
                    == false)
        }
    }

    @Test func `a Redis that came back empty gets its timers from PostgreSQL`() async throws {
        let rules = """
            {"first_reply":{"within_s":6000},"next_reply":{"within_s":600,"warn_before_s":null},
             "resolution":{"within_s":9000}}
            """
        try await Clockwork.run(rules) { clock in
            let other = try await clock.fixture.contact()
            try await clock.fixture.send("one", from: other)
            try await clock.fixture.answer("yes?", to: other)
            try await clock.fixture.send("two", from: other)
            try await clock.fixture.send("three", from: other)
            try await clock.fixture.send("hello", from: clock.visitor)
            let idle = try await clock.fixture.contact()
            try await clock.fixture.send("hello", from: idle)
            try await clock.fixture.answer("bye", to: idle)
            try await clock.hear()
            func all() async throws -> [String] {
                let reply = try await clock.world.redis.send([
                    "ZRANGE", .string(clock.cell.timers), "0", "-1", "WITHSCORES",
                ])
                return reply.array?.compactMap(\.text) ?? []
            }
            let before = try await all()
            #expect(
                before.count == 2 * 9,
                "three archives, three resolutions, a first and a next reply, an idle one")
            try await clock.fixture.persist()
            _ = try await clock.world.redis.send(["FLUSHALL"])
            _ = try await clock.watcher().look()
            #expect(try await all() == before)
            // Not again: what is dropped now stays so.
            _ = try await clock.world.redis.send(["DEL", .string(clock.cell.timers)])
            _ = try await clock.watcher().look()
            #expect(try await all() == [])
        }
    }

    @Test func `a kind that nobody knows waits, and a timer that was set anew is left alone`() async throws {
        try await Clockwork.run("{}") { clock in
            let key = clock.cell.timers
            _ = try await clock.world.redis.send(["ZADD", .string(key), "1000", "offer a b"])
            _ = try await clock.watcher().look()
            let later = try await clock.timers()["offer"] ?? 0
            #expect(later > Timestamp.now().milliseconds + 3000)
            let seen = DueTimer(cell: clock.cell, member: "offer a b", due: 1000, note: "")
            #expect(try await clock.desk.timers.move(seen, to: nil) == false)
            let now = DueTimer(cell: clock.cell, member: "offer a b", due: later, note: "")
            #expect(try await clock.desk.timers.move(now, to: nil))
        }
    }
}
