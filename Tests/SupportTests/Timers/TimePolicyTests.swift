import Foundation
import Testing

@testable import Support

@Suite struct TimePolicyTests {
    private let texts = FactTexts()

    private func opened() throws -> Fact {
        let conversation = Conversation.ID.new()
        return try texts.message(
            1, at: 1000,
            more: """
                ,"conversation":{"id":"\(conversation)","status":"waiting","version":1,"opened_at":"\(FactTexts.iso(1000))",\
                "assigned_at":null,"assignee_id":null}
                """)
    }

    private func rules(_ json: String) throws -> TimeRules {
        try JSONDecoder().decode(TimeRules.self, from: Data(json.utf8))
    }

    private func steps(_ fact: Fact, _ json: String) throws -> [String] {
        let rules = try rules(json)
        return TimePolicy.steps(fact, rules, nil).map { step in
            func text(_ setting: TimePolicy.Setting) -> String {
                "\(setting.due.map { "\($0.milliseconds / 1000)" } ?? "parked") \(setting.note)"
            }
            return switch step {
            case .set(let timer, let setting): "set \(timer.kind) \(text(setting))"
            case .begin(let timer, let setting, let other):
                "begin \(timer.kind) \(text(setting))\(other.map { " unless \($0.kind)" } ?? "")"
            case .drop(let timer): "drop \(timer.kind)"
            }
        }
    }

    @Test func `what opens begins the targets that are set, a warning before each`() throws {
        let all = """
            {"first_reply":{"within_s":100},"next_reply":{"within_s":60},"resolution":{"within_s":1000,"warn_before_s":null}}
            """
        #expect(
            try steps(opened(), all) == [
                "begin resolution 2000 1 2000000", "drop idle", "begin first_reply 1080 1 1100000",
                "set archive 2593000 1",
            ])
        #expect(
            try steps(opened(), #"{"next_reply":{"within_s":60},"archive_after_s":null}"#)
                == ["drop idle", "begin first_reply parked "], "it says that nobody has replied yet")
        #expect(try steps(opened(), #"{"archive_after_s":null}"#) == ["drop idle"])
    }

    @Test func `a contact who goes on writing begins one target, and an agent ends it and begins to wait`()
        throws
    {
        let json = #"{"next_reply":{"within_s":60,"warn_before_s":10},"archive_after_s":null}"#
        #expect(
            try steps(texts.message(5, at: 1000), json)
                == ["drop idle", "begin next_reply 1050 5 1060000 unless first_reply"])
        #expect(
            try steps(texts.message(6, by: .admin, at: 1000), json)
                == ["drop first_reply", "drop next_reply", "set idle 2200 warn 6 300000"])
        #expect(
            try steps(
                texts.message(6, by: .admin, at: 1000),
                #"{"idle":{"after_s":10,"countdown_s":0},"archive_after_s":null}"#)
                == ["drop first_reply", "drop next_reply", "set idle 1010 end 6"])
        #expect(
            try steps(texts.message(6, by: .admin, at: 1000), #"{"idle":null,"archive_after_s":null}"#)
                == ["drop first_reply", "drop next_reply"])
    }

    @Test func `targets are counted in business time`() throws {
        let hours = Hours(
            timeZone: .gmt, week: Array(repeating: [.init(opens: 1, closes: 2)], count: 7))  // 00:01 to 00:02
        let target = TimeRules.Target(within: 90, warnBefore: 60)
        let setting = TimePolicy.setting(target, from: Timestamp(milliseconds: 0), 7, hours)
        #expect(setting?.due == Timestamp(milliseconds: 90_000))
        #expect(setting?.note == "7 \((86_400 + 60 + 30) * 1000)")
        let closed = Hours(timeZone: .gmt, week: Array(repeating: [], count: 7))
        #expect(TimePolicy.setting(target, from: Timestamp(milliseconds: 0), 7, closed) == nil)
    }

    @Test func `an ending drops all that was about the conversation, archiving all that was about the chat`()
        throws
    {
        let ended = try FactTexts.fact(
            """
            {"kind":"conversation.ended","at":"\(FactTexts.iso(1))","account_id":"\(texts.account)",\
            "chat_id":"\(texts.chat)","conversation":{"id":"\(Conversation.ID.new())","status":"ended","version":3,\
            "opened_at":"\(FactTexts.iso(1))","assigned_at":null,"assignee_id":null}}
            """)
        #expect(
            try steps(ended, "{}") == ["drop first_reply", "drop next_reply", "drop resolution", "drop idle"])
        #expect(try steps(texts.archived(true), "{}") == ["drop archive"])
        #expect(try steps(texts.archived(false), "{}") == [])
    }

    @Test func `rules say what they leave out, and refuse what cannot be by name`() throws {
        let standard = try rules("{}")
        #expect(standard == .standard && standard.idle?.after == 1500 && standard.firstReply == nil)
        let off = try rules(#"{"idle":null,"archive_after_s":null,"first_reply":{"within_s":50}}"#)
        #expect(off.idle == nil && off.archiveAfter == nil && off.firstReply?.warnBefore == 10)
        let again = try JSONDecoder().decode(TimeRules.self, from: try JSONEncoder().encode(off))
        #expect(again == off)
        for (json, field) in [
            (#"{"first_reply":{"within_s":0}}"#, "first_reply.within_s"),
            (#"{"next_reply":{"within_s":60,"warn_before_s":60}}"#, "next_reply.warn_before_s"),
            (#"{"idle":{"after_s":60,"countdown_s":60}}"#, "idle.countdown_s"),
            (#"{"idle":{"after_s":-1,"countdown_s":0}}"#, "idle.after_s"),
            (#"{"archive_after_s":0}"#, "archive_after_s"),
        ] {
            let rules = try rules(json)
            #expect(#expect(throws: SupportError.self) { try rules.check() }?.invalidField == field)
        }
    }

    @Test func `a timer is called what it is about`() throws {
        let chat = Chat.Address(accountID: .new(), chatID: .new())
        for conversation in [Conversation.ID.new(), nil] {
            let timer = SupportTimer("idle", chat, conversation)
            #expect(SupportTimer(member: timer.member, in: chat.cell) == timer)
        }
        #expect(SupportTimer(member: "offer \(chat.accountID) x", in: chat.cell) == nil)
        let due = DueTimer(cell: chat.cell, member: "offer a b", due: 1, note: "")
        #expect(due.kind == "offer" && due.timer == nil)
    }
}
