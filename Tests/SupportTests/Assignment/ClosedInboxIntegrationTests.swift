import Foundation
import Postgres
import Realtime
import TestSupport
import Testing

@testable import Support

/// Inboxes that are closed, conversations that weigh more than others, and chats older than the lines.
@Suite struct ClosedInboxIntegrationTests {
    private func close(_ isClosed: Bool, _ stage: AssignmentStage) async throws {
        try await stage.fixture.desk.inboxRules.close(
            isClosed, stage.fixture.inbox.id, in: stage.fixture.account, stage.fixture.inbox.cell)
    }

    @Test func `who waits in an inbox that is closed is shown out, and who is served is not`() async throws {
        try await AssignmentStage.with(capacity: 1) { stage in
            let ann = stage.fixture.agent
            try await stage.come(ann)
            let served = try await stage.arrive()
            var waiting: [SupportFixture.Visitor] = []
            for _ in 0..<3 { waiting.append(try await stage.arrive()) }
            try await close(true, stage)
            try await stage.clock.turnAll()
            for visitor in waiting { #expect(try await stage.conversation(visitor)?.status == .ended) }
            #expect(try await stage.assignee(served) == ann.agentID)

            // What is written is kept; whoever would wait is told at once that it is in vain.
            let late = try await stage.arrive("is anybody there?")
            try await stage.clock.turnAll()
            let ended = try #require(try await stage.conversation(late)?.end)
            #expect(ended.reason == "system" && ended.type == "system")
            try await stage.act(.giveBack, on: served, by: ann)
            try await stage.clock.turnAll()
            #expect(try await stage.conversation(served)?.status == .ended)
            try await stage.fixture.persist()
            #expect(
                try await stage.fixture.count(
                    """
                    SELECT count(*) FROM conversations WHERE account_id = \(stage.fixture.account.uuid)
                        AND ended_comment = 'inbox_closed'
                    """) == 5)
            try await stage.agrees()

            try await close(false, stage)
            try await stage.fixture.send("and now?", from: late)
            #expect(try await stage.assignee(late) == ann.agentID)
            try await stage.passTime()
            #expect(try await stage.assignee(late) == ann.agentID, "nothing of then is due any more")
            try await stage.agrees()
        }
    }

    @Test func `a closed inbox stays so when Redis was lost, and who had waited there is shown out`()
        async throws
    {
        try await AssignmentStage.with(capacity: 1) { stage in
            let visitor = try await stage.arrive()
            try await stage.fixture.persist()
            try await stage.fixture.world.postgres.query(
                "UPDATE inboxes SET closed_at = now() WHERE id = \(stage.fixture.inbox.id.uuid)")
            _ = try await stage.redis.send(["FLUSHALL"])
            try await stage.fixture.desk.assignmentSetup.prepare(
                stage.fixture.account, in: stage.fixture.inbox.cell)
            for _ in 0..<3 { try await stage.passTime() }  // it is made warm first
            #expect(try await stage.conversation(visitor)?.status == .ended)
            try await stage.agrees()
        }
    }

    @Test func `a conversation weighs what its inbox says`() async throws {
        var rules = LineRules()
        rules.weight = 50
        try await AssignmentStage.with(capacity: 1, rules) { stage in
            try await stage.come(stage.fixture.agent)
            let visitors = [try await stage.arrive(), try await stage.arrive(), try await stage.arrive()]
            #expect(try await stage.load(stage.fixture.agent) == 100)
            #expect(try await stage.assignee(visitors[1]) == stage.fixture.agent.agentID)
            #expect(try await stage.conversation(visitors[2])?.position == 1)
            var none = LineRules()
            none.weight = 0
            let wrong = none
            #expect(try await refusal { try wrong.validate() }?.invalidField == "weight")
        }
    }

    @Test func `a chat from before there were lines gets its own with the visitor's next word`() async throws
    {
        try await AssignmentStage.with(capacity: 1) { stage in
            let visitor = try await stage.arrive()
            let chat = visitor.chat.chatID.description
            _ = try await stage.redis.send([
                "HDEL", .string(visitor.chat.state), "inbox", "place", "line",
            ])
            let line = Line(inbox: stage.fixture.inbox.id).name
            _ = try await stage.redis.send(["ZREM", .string(stage.keys.waiting(line)), .string(chat)])
            try await stage.fixture.send("still there?", from: visitor)
            #expect(try await stage.conversation(visitor)?.position == 1)
            try await stage.come(stage.fixture.agent)
            #expect(try await stage.assignee(visitor) == stage.fixture.agent.agentID)
            try await stage.agrees()
        }
    }
}
