import Foundation
import Testing

@testable import Support

@Suite struct ChatListTests {
    private func text(_ filter: ChatList.Filter, before: ChatList.Cursor? = nil) -> String {
        ChatList.query(filter, of: .new(), before: before, limit: 26).text
    }

    @Test func `a cursor is read back as it was written`() {
        for _ in 0..<200 {
            let cursor = ChatList.Cursor(
                at: Timestamp(milliseconds: .random(in: -1_000_000...4_000_000_000_000)), id: .new())
            #expect(ChatList.Cursor(cursor.text) == cursor)
        }
    }

    @Test(arguments: [
        "", "_", "1", "1_", "_0193475e-7a00-7abc-8def-0123456789ab", "x_0193475e-7a00-7abc-8def-0123456789ab",
        "1_2_3", "1_' OR true --", "99999999999999999999_0193475e-7a00-7abc-8def-0123456789ab",
    ])
    func `what no page gave is no cursor`(_ text: String) {
        #expect(ChatList.Cursor(text) == nil)
    }

    @Test func `nothing that somebody typed becomes part of the statement`() {
        var filter = ChatList.Filter()
        filter.query = "'; DROP TABLE support_chats; --"
        #expect(!text(filter).contains("DROP"))
        #expect(text(filter).contains("ILIKE $"))
    }

    @Test func `the two lists differ by the condition of their partial index`() {
        var filter = ChatList.Filter()
        #expect(text(filter).contains("s.archived_at IS NULL AND") == false)
        #expect(text(filter).contains("s.archived_at IS NULL"))
        filter.archived = true
        #expect(text(filter).contains("s.archived_at IS NOT NULL"))
    }

    @Test func `every filter adds its condition and none other`() {
        var filter = ChatList.Filter()
        let plain = text(filter)
        filter.status = .waiting
        #expect(text(filter).contains("v.status = $"))
        filter.assignee = .new()
        #expect(text(filter).contains("v.assignee_id = $"))
        filter.inbox = .new()
        #expect(text(filter).contains("s.inbox_id = $"))
        filter = ChatList.Filter()
        filter.query = ""
        #expect(text(filter) == plain)
        #expect(text(filter, before: .init(at: .now(), id: .new())).contains("(s.last_message_at, s.id) < ("))
    }
}
