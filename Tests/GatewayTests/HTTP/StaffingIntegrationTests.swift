import Foundation
import Support
import TestSupport
import Testing

@testable import Gateway

/// Who has a conversation, and who works here, by REST.
@Suite struct StaffingIntegrationTests {
    @Test func `a conversation is claimed once, and the loser hears who has it`() async throws {
        try await TestFace.run { face in
            let (ada, _) = try await face.fixture.hire(.agent)
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            let path = "/admin/chats/\(visitor.session.chatID)"
            let won = try await face.ask(.post, "\(path)/claim", as: face.fixture.agentToken)
            #expect(won.status == 200)
            #expect(won.body["chat", "assignee_id"] == face.fixture.agent.agentID.description)
            #expect(try await face.ask(.post, "\(path)/claim", as: face.fixture.agentToken).status == 200)
            let lost = try await face.ask(.post, "\(path)/claim", as: ada)
            #expect(lost.status == 409)
            #expect(lost.body["error", "code"] == "taken")
            #expect(lost.body["error", "agent", "name"] == "Ann")
            #expect(try await face.ask(.post, "\(path)/decline", as: ada).status == 409)
            let back = try await face.ask(.post, "\(path)/unassign", as: face.fixture.agentToken)
            #expect(back.body["chat", "status"] == "waiting")
            let both = try await face.ask(
                .post, "\(path)/assign", as: ada, #"{"agent_id":"\#(UUID())","team_id":"\#(UUID())"}"#)
            #expect(both.status == 422 && both.field == "agent_id")
            let nobody = try await face.ask(
                .post, "\(path)/assign", as: ada, #"{"agent_id":"\#(UUID())"}"#)
            #expect(nobody.status == 404)
            let other = try await SupportFixture.make()
            #expect(try await face.ask(.post, "\(path)/claim", as: other.agentToken).status == 404)
        }
    }

    @Test func `priority and skills are refused by name, and kept`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            let (path, token) = ("/admin/chats/\(visitor.session.chatID)", face.fixture.agentToken)
            #expect(try await face.ask(.patch, path, as: token, #"{"priority":"now"}"#).field == "priority")
            #expect(try await face.ask(.patch, path, as: token, #"{"skills":["a b"]}"#).field == "skills")
            #expect(try await face.ask(.patch, path, as: token, "{}").field == "priority")
            let set = try await face.ask(
                .patch, path, as: token, #"{"priority":"urgent","skills":["german"]}"#)
            #expect(set.status == 200)
            let queue = try await face.ask(.get, "/admin/queue", as: token)
            #expect(queue.status == 200 && queue.body.keys() == ["lines"])
            let line = "\(face.fixture.inbox.id)"
            let waiting = try await face.ask(.get, "/admin/queue/waiting?line=\(line)", as: token)
            #expect(waiting.status == 200)
            #expect(try await face.ask(.get, "/admin/queue/waiting?line=x", as: token).field == "line")
        }
    }

    @Test func `those in a line are named as far as the database knows them`() async throws {
        try await TestFace.run { face in
            // As a worker's clock does.
            try await face.fixture.desk.assignmentSetup.prepare(
                face.fixture.account, in: face.fixture.inbox.cell)
            let visitor = try await face.fixture.contact(name: "Ada", email: "ada@example.org")
            try await face.fixture.send("hello", from: visitor)
            let (line, token) = ("\(face.fixture.inbox.id)", face.fixture.agentToken)
            let waiting = try await face.ask(.get, "/admin/queue/waiting?line=\(line)", as: token)
            #expect(waiting.body["waiting", "0", "chat_id"] == "\(visitor.session.chatID)")
            #expect(waiting.body["waiting", "0", "contact", "name"] == "Ada")
            let other = try await SupportFixture.make()
            #expect(
                try await other.desk.waitingPeople.contacts(
                    of: [visitor.session.chatID], in: other.account
                ).isEmpty)
        }
    }

    @Test func `teams, rules and capacities are for those who may, and are refused by name`() async throws {
        try await TestFace.run { face in
            let (agent, inbox) = (face.fixture.agentToken, face.fixture.inbox.id)
            let (boss, _) = try await face.fixture.hire(.supervisor)
            let (admin, _) = try await face.fixture.hire(.administrator)
            let own = face.fixture.agent.agentID
            #expect(try await face.ask(.post, "/admin/teams", as: agent, #"{"name":"Sales"}"#).status == 403)
            #expect(try await face.ask(.post, "/admin/teams", as: boss, #"{"name":" "}"#).field == "name")
            let team = try await face.ask(
                .post, "/admin/teams", as: boss, #"{"name":"Sales","agent_ids":["\#(own)"]}"#)
            #expect(team.status == 201)
            let id = try #require(team.body["team", "id"])
            #expect(
                try await face.ask(.patch, "/admin/teams/\(id)", as: boss, #"{"agent_ids":["\#(UUID())"]}"#)
                    .field == "agent_ids")
            let other = try await SupportFixture.make()
            let (stranger, _) = try await other.hire(.supervisor)
            #expect(try await face.ask(.delete, "/admin/teams/\(id)", as: stranger).status == 404)
            #expect(try await face.ask(.delete, "/admin/teams/\(id)", as: boss).status == 204)

            let rules = "/admin/inboxes/\(inbox)/rules"
            #expect(try await face.ask(.put, rules, as: boss, #"{"rules":{"mode":"offer"}}"#).status == 403)
            #expect(
                try await face.ask(.put, rules, as: admin, #"{"rules":{"offer_s":1}}"#).field == "offer_s")
            let set = try await face.ask(.put, rules, as: admin, #"{"rules":{"mode":"offer"}}"#)
            #expect(set.body["inbox", "rules", "mode"] == "offer")
            #expect(set.body["inbox", "rules", "offer_s"] == "30")

            let me = "/admin/agents/\(own)"
            #expect(
                try await face.ask(.patch, me, as: agent, #"{"availability":"gone"}"#).field == "availability"
            )
            #expect(try await face.ask(.patch, me, as: agent, #"{"availability":"away"}"#).status == 204)
            #expect(try await face.ask(.patch, me, as: agent, #"{"capacity":9}"#).status == 403)
            #expect(try await face.ask(.patch, me, as: boss, #"{"capacity":9999}"#).field == "capacity")
            #expect(try await face.ask(.patch, me, as: boss, #"{"capacity":9}"#).status == 204)
            #expect(try await face.ask(.patch, me, as: stranger, #"{"capacity":9}"#).status == 404)
        }
    }

    @Test func `an agent's hours and an inbox's end are set by who may, and refused by name`() async throws {
        try await TestFace.run { face in
            let (agent, own) = (face.fixture.agentToken, face.fixture.agent.agentID)
            let (boss, _) = try await face.fixture.hire(.supervisor)
            let (admin, _) = try await face.fixture.hire(.administrator)
            let (stranger, _) = try await SupportFixture.make().hire(.supervisor)
            let hours = "/admin/agents/\(own)/hours"
            let none = try await face.ask(.get, hours, as: agent)
            #expect(none.status == 200 && none.body.keys() == ["hours"] && none.body["hours"] == nil)
            let week =
                #"{"hours":{"time_zone":"Asia/Shanghai","week":{"monday":[{"opens":"09:00","closes":"18:00"}]}}}"#
            #expect(try await face.ask(.put, hours, as: agent, week).status == 403)
            #expect(try await face.ask(.put, hours, as: stranger, week).status == 404)
            let wrong = #"{"hours":{"time_zone":"Shanghai","week":{}}}"#
            #expect(try await face.ask(.put, hours, as: boss, wrong).field == "time_zone")
            #expect(try await face.ask(.put, hours, as: boss, week).status == 200)
            let set = try await face.ask(.get, hours, as: agent)
            #expect(set.body["hours", "time_zone"] == "Asia/Shanghai")
            #expect(try await face.ask(.get, hours, as: stranger).status == 404)
            #expect(try await face.ask(.put, hours, as: boss, #"{"hours":null}"#).status == 200)

            let closed = "/admin/inboxes/\(face.fixture.inbox.id)/closed"
            #expect(try await face.ask(.put, closed, as: boss, #"{"closed":true}"#).status == 403)
            #expect(try await face.ask(.put, closed, as: admin, "{}").status == 422)
            let done = try await face.ask(.put, closed, as: admin, #"{"closed":true}"#)
            #expect(done.status == 200 && done.body["inbox", "closed"] == "1", "true, as a number")
            try await face.fixture.world.postgres.query(
                "UPDATE inboxes SET website_token = website_token || 'x' WHERE account_id = \(face.fixture.account.uuid)"
            )
            let session = try await face.ask(
                .post, "/widget/sessions", #"{"website_token":"\#(face.fixture.websiteToken)x"}"#)
            #expect(session.body["settings", "open"] == "0", "false, as a number")
            let rules = "/admin/inboxes/\(face.fixture.inbox.id)/rules"
            #expect(
                try await face.ask(.put, rules, as: admin, #"{"rules":{"weight":0}}"#).field == "weight")
            let open = try await face.ask(.put, closed, as: admin, #"{"closed":false}"#)
            #expect(open.body["inbox", "closed"] == "0", "false, as a number")
        }
    }

    @Test func `a visitor asks for somebody, by the older addresses as well`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            let asked = try await face.ask(.post, "/support_chat/agent", as: visitor.token)
            #expect(asked.status == 201)
            #expect(asked.body["conversation", "status"] == "waiting")
            #expect(asked.body["conversation", "position"] == "1")
            let older = try await face.ask(.post, "/assign_customer_service", as: visitor.token)
            #expect(older.status == 308)
        }
    }
}
