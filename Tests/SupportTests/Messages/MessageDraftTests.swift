import Foundation
import Testing

@testable import Support

@Suite struct MessageDraftTests {
    private func draft(_ content: String, clientID: String? = "c", limit: Int = 150_000) throws
        -> MessageDraft
    {
        try MessageDraft(content: content, clientID: clientID, limit: limit)
    }

    private func refusedField(_ content: String, clientID: String? = "c", limit: Int = 150_000) -> String? {
        do {
            _ = try MessageDraft(content: content, clientID: clientID, limit: limit)
            return nil
        } catch {
            if case .invalid(let field, _) = error { return field }
            Issue.record(error)
            return nil
        }
    }

    @Test(arguments: ["", " ", "\n\t\r\n", "\u{a0}\u{2003}\u{3000}"])
    func `a message of nothing but space is refused`(_ content: String) {
        #expect(refusedField(content) == "content")
    }

    @Test func `150,000 characters are taken, one more is not`() throws {
        #expect(try draft(String(repeating: "a", count: 150_000)).content.count == 150_000)
        #expect(refusedField(String(repeating: "a", count: 150_001)) == "content")
        // Characters, not bytes: a Chinese text may be as long.
        #expect(try draft(String(repeating: "中", count: 150_000)).content.count == 150_000)
        #expect(refusedField(String(repeating: "中", count: 150_001)) == "content")
    }

    @Test func `few characters of very many bytes are refused too`() {
        #expect(refusedField("a" + String(repeating: "\u{301}", count: 1000), limit: 10) == "content")
    }

    @Test func `a NUL is refused, as PostgreSQL has no place for it`() {
        #expect(refusedField("a\u{0}b") == "content")
        #expect(refusedField("\u{0}") == "content")
    }

    @Test func `the content stays exactly as it was written`() throws {
        for content in ["  padded  ", "a\r\nb", "e\u{301}", "<script>", "\u{202e}abc", "\u{1}"] {
            #expect(try Array(draft(content).content.utf8) == Array(content.utf8))
        }
    }

    @Test(arguments: ["a", "0", "~", "!", #""\{}"#, "550e8400-e29b-41d4-a716-446655440000"])
    func `a client_id of printable ASCII is taken as it is`(_ clientID: String) throws {
        #expect(try draft("hi", clientID: clientID).clientID == clientID)
    }

    @Test(arguments: ["", " ", "a b", "é", "中", "a\n", "\u{0}", "\u{7f}", String(repeating: "x", count: 65)])
    func `any other client_id is refused`(_ clientID: String) {
        #expect(refusedField("hi", clientID: clientID) == "client_id")
    }

    @Test func `the longest client_id has 64 characters`() throws {
        let longest = String(repeating: "x", count: 64)
        #expect(try draft("hi", clientID: longest).clientID == longest)
    }

    @Test func `without a client_id each draft has its own`() throws {
        let (first, second) = (try draft("hi", clientID: nil), try draft("hi", clientID: nil))
        #expect(first.clientID != second.clientID)
        #expect(first.clientID.count == 36)
    }

    @Test func `the preview is one line of at most 100 code points`() throws {
        #expect(try draft("  a\n\n b\t\tc\r\n").preview == "a b c")
        #expect(try draft(String(repeating: "x", count: 101)).preview.count == 100)
        #expect(try draft(String(repeating: "😀", count: 200)).preview.unicodeScalars.count == 100)
        // PostgreSQL counts code points, and so must we: one family has seven of them.
        #expect(try draft(String(repeating: "👩‍👩‍👧‍👦", count: 90)).preview.unicodeScalars.count == 100)
        #expect(try draft("\u{2028}a\u{2029}b\u{85}c").preview == "a b c")
        #expect(try draft("a" + String(repeating: " ", count: 10_000) + "b").preview.hasPrefix("a"))
    }

    @Test func `its JSON completes what the script begins, whatever is in it`() throws {
        let session = AgentSession(
            loginID: .new(), accountID: .new(), agentID: .new(), name: #"Ann "the" \ O'Neil"#, role: .agent)
        for content in ["plain", #"","seq":999,"x":""#, "\\", "a\u{2028}", "a\nb", "\u{1}", "😀"] {
            let (id, now) = (Message.ID.new(), Timestamp.now())
            let rest = try draft(content).json(id: id, sender: .agent(session), at: now.iso8601)
            let text = #"{"seq":7,"conversation_id":"\#(Conversation.ID.new())",\#(rest)"#
            let message = try JSONDecoder().decode(Message.self, from: Data(text.utf8))
            #expect(message.seq == 7)
            #expect(message.id == id)
            #expect(Array(message.content.utf8) == Array(content.utf8))
            #expect(message.senderName == session.name)
            #expect(message.senderType == .admin)
            #expect(message.status == .sent)
            #expect(message.createdAt == now && message.sentAt == now)
            #expect(message.deliveredAt == nil && message.readAt == nil)
        }
    }

    @Test func `the list's members are JSON, whatever is in the message`() throws {
        let text = "{\(try draft(#"say "hi" \"#).summary(sender: .user, at: "2026-11-21T10:00:00.000Z"))}"
        let members = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(
            members == [
                "last_message_at": "2026-11-21T10:00:00.000Z", "last_message_preview": #"say "hi" \"#,
                "last_message_sender": "user",
            ])
    }
}
