import Testing

@testable import Support

@Suite struct UnreadEmailTextTests {
    private let messages = [
        UnreadEmailRows.Unread(seq: 2, sender: "Ann", content: "First\nwith two lines"),
        UnreadEmailRows.Unread(seq: 3, sender: nil, content: "Second"),
    ]

    private func text(_ locale: String?, contact: String? = "Joe") -> UnreadEmailText {
        UnreadEmailText(locale: locale, inbox: "Shop", contact: contact, messages: messages)
    }

    @Test func `all messages are in it, in order, with who wrote them`() throws {
        let body = text(nil).body
        let first = try #require(body.range(of: "Ann:\nFirst\nwith two lines"))
        let second = try #require(body.range(of: "Shop:\nSecond"))
        #expect(first.upperBound < second.lowerBound)
        #expect(body.contains("Hello Joe,"))
        #expect(text(nil).subject == "New message from Shop")
    }

    @Test func `a contact without a name is greeted without one`() {
        #expect(text(nil, contact: nil).body.hasPrefix("Hello,"))
    }

    @Test(arguments: ["zh", "zh-CN", "ZH-Hant", "zh_TW"])
    func `whoever reads Chinese gets it in Chinese`(_ locale: String) {
        #expect(text(locale).subject == "Shop 有新消息")
        #expect(text(locale).body.hasPrefix("Joe，您好！"))
        #expect(text(locale, contact: nil).body.hasPrefix("您好！"))
        #expect(text(locale).body.contains("Ann:\nFirst"))
    }

    @Test(arguments: ["en", "de-DE", "", "fr"])
    func `everybody else gets it in English`(_ locale: String) {
        #expect(text(locale).subject == "New message from Shop")
    }
}
