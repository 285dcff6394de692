import Foundation
import NIOCore
import Realtime

@testable import Support

/// Facts as the scripts write them, for tests that need no server.
struct FactTexts {
    let account = Account.ID.new()
    let chat = Chat.ID.new()
    let sender = UUID()

    private var tenant: String { #""account_id":"\#(account)","chat_id":"\#(chat)""# }

    static func iso(_ second: Int) -> String { Timestamp(milliseconds: second * 1000).iso8601 }

    func message(
        _ seq: Int, by sender: Sender.Kind = .user, at second: Int = 0, _ content: String = "hi",
        more: String = ""
    ) throws -> Fact {
        let iso = Self.iso(second)
        return try Self.fact(
            """
            {"kind":"message.created","at":"\(iso)",\(tenant),"sender_id":"\(self.sender)","message":{"seq":\(seq),\
            "conversation_id":"\(Conversation.ID.new())","id":"\(Message.ID.new())","client_id":"c\(seq)",\
            "content":"\(content)","sender_type":"\(sender.rawValue)","sender_name":null,"status":"sent",\
            "created_at":"\(iso)","sent_at":"\(iso)","delivered_at":null,"read_at":null}\(more)}
            """)
    }

    func mark(
        _ mark: Receipts.Mark, by: Sender.Kind, from: Int, upTo: Int, at second: Int = 0,
        agent: (id: Agent.ID, upTo: Int)? = nil
    ) throws -> Fact {
        let own = agent.map { ",\"agent_id\":\"\($0.id)\",\"agent_up_to_seq\":\($0.upTo)" } ?? ""
        return try Self.fact(
            """
            {"kind":"chat.marked","at":"\(Self.iso(second))",\(tenant),"by":"\(by.rawValue)",\
            "mark":"\(mark.rawValue)","from_seq":\(from),"up_to_seq":\(upTo)\(own)}
            """)
    }

    func archived(_ archived: Bool, at second: Int = 0) throws -> Fact {
        try Self.fact(
            """
            {"kind":"chat.archived","at":"\(Self.iso(second))",\(tenant),"archived":\(archived),\
            "agent_id":"\(Agent.ID.new())"}
            """)
    }

    static func fact(_ json: String) throws -> Fact {
        try Fact(JournalEntry(id: "1-0", fact: ByteBuffer(string: json)))
    }
}
