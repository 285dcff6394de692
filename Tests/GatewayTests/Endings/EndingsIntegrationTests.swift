import Foundation
import Support
import TestSupport
import Testing

@testable import Gateway

/// Ending and rating, by REST and on the socket.
@Suite struct EndingsRoutesIntegrationTests {
    @Test func `an agent ends a chat by REST, its contact rates it, and the agent sees both`() async throws {
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            let path = "/admin/chats/\(visitor.chat.chatID)"
            let early = try await face.ask(.post, "/support_chat/rating", as: visitor.token, #"{"score":5}"#)
            #expect(early.status == 404)
            let refused = try await face.ask(
                .post, "\(path)/end", as: face.fixture.agentToken, #"{"reason":"because"}"#)
            #expect(refused.status == 422 && refused.field == "reason")
            for _ in 1...2 {
                let ended = try await face.ask(
                    .post, "\(path)/end", as: face.fixture.agentToken,
                    #"{"reason":"service_ended","comment":"solved"}"#)
                #expect(ended.status == 200)
                #expect(ended.body["conversation", "status"] == "ended")
                #expect(ended.body["conversation", "ended_type"] == "agent")
            }
            let wrong = try await face.ask(.post, "/support_chat/rating", as: visitor.token, #"{"score":6}"#)
            #expect(wrong.status == 422 && wrong.field == "score")
            let rated = try await face.ask(
                .post, "/support_chat/rating", as: visitor.token, #"{"score":4,"comment":"thanks"}"#)
            #expect(rated.status == 200 && rated.body["rating", "score"] == "4")
            try await face.fixture.persist()
            let shown = try await face.ask(.get, path, as: face.fixture.agentToken)
            #expect(shown.body["status"] == "ended")
            #expect(shown.body["ending", "comment"] == "solved")
            #expect(shown.body["ending", "rating_comment"] == "thanks")
            let theirs = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(theirs.body["conversation", "rating"] == "4")
            #expect(theirs.body.keys("conversation").isDisjoint(with: ["ended_comment", "rating_comment"]))
            #expect(theirs.body.keys().contains("ending") == false)
        }
    }

    @Test func `a visitor ends and rates on the socket; nobody else may rate`() async throws {
        try await TestFace.run(.live) { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            let (theirs, ours) = (
                try await CableClient.open(face, as: visitor.principal),
                try await CableClient.open(face, as: face.fixture.staff)
            )
            let chat = CableClient.chat(visitor.chat)
            for client in [theirs, ours] {
                #expect(try await client.subscribe(chat) == "confirm_subscription")
            }
            try await theirs.send("message", chat, data: #"{"action":"end","comment":"bye"}"#)
            let told = try await ours.hear("conversation")
            #expect(told["message", "conversation", "ended_reason"] == "user_ended")
            try await ours.send("message", chat, data: #"{"action":"rate","score":5}"#)
            #expect(try await ours.hear("error")["message", "code"] == "forbidden")
            try await theirs.send("message", chat, data: #"{"action":"rate","score":5,"comment":"ok"}"#)
            #expect(try await ours.hear("conversation")["message", "conversation", "rating"] == "5")
            try await theirs.send("message", chat, data: #"{"action":"rate","score":2.5}"#)
            #expect(try await theirs.hear("error")["message", "field"] == "score")
        }
    }

    @Test func `another account's chat cannot be ended`() async throws {
        let other = try await SupportFixture.make()
        try await TestFace.run { face in
            let visitor = try await face.fixture.contact()
            try await face.fixture.send("hello", from: visitor)
            try await face.fixture.persist()
            let answer = try await face.ask(
                .post, "/admin/chats/\(visitor.chat.chatID)/end", as: other.agentToken, "{}")
            #expect(answer.status == 404)
            let shown = try await face.ask(.get, "/support_chat", as: visitor.token)
            #expect(shown.body["conversation", "status"] == "waiting")
        }
    }
}
