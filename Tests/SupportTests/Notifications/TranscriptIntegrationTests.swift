import Jobs
import Redis
import Synchronization
import TestSupport
import Testing

@testable import Support

private final class Sent: MailTransport, Sendable {
    private let state = Mutex<[MailMessage]>([])
    var mails: [MailMessage] { state.withLock { $0 } }
    func send(_ message: MailMessage) async throws { state.withLock { $0.append(message) } }
}

@Suite struct TranscriptIntegrationTests {
    private let sent = Sent()

    private func perform(
        _ fixture: SupportFixture, _ visitor: SupportFixture.Visitor, locale: String? = nil
    ) async throws {
        let job = TranscriptJob(
            accountID: fixture.account, chatID: visitor.session.chatID, email: "joe@example.com",
            locale: locale)
        try await job.perform(
            .init(postgres: fixture.world.postgres, transport: sent, from: "Shop <shop@example.com>"),
            JobContext(
                jid: "j1", attempt: 0, enqueuedAt: nil, name: TranscriptJob.name,
                parentLogger: TestWorld.quiet))
    }

    @Test func `both sides' words are sent, in their order`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("question", from: visitor)
        try await fixture.answer("answer", to: visitor)
        try await fixture.send("thanks", from: visitor)
        try await fixture.persist()
        try await perform(fixture, visitor)
        let mail = try #require(sent.mails.first)
        #expect(mail.to == "joe@example.com" && mail.subject == "Your chat with Website")
        let words = ["question", "answer", "thanks"].compactMap { mail.text.range(of: $0)?.lowerBound }
        #expect(words.count == 3 && words == words.sorted())
        #expect(mail.text.contains("You:\nquestion"))
        try await perform(fixture, visitor, locale: "zh-CN")
        #expect(sent.mails.last?.text.contains("您:\nquestion") == true)
    }

    @Test func `a visitor's own words alone are mailed to nobody`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        try await fixture.send("buy my pills", from: visitor)
        try await fixture.persist()
        try await perform(fixture, visitor)
        #expect(sent.mails.isEmpty)
    }

    @Test func `three are asked for at once, and no more; an address has to be one`() async throws {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact()
        let transcripts = fixture.desk.transcripts
        let address = "\(visitor.session.chatID)@example.com"
        for _ in 0..<3 {
            try await transcripts.request(of: visitor.session, to: address, locale: nil, at: .now())
        }
        await #expect(throws: SupportError.self) {
            try await transcripts.request(of: visitor.session, to: address, locale: nil, at: .now())
        }
        let other = try await fixture.contact()
        await #expect(throws: SupportError.self) {
            try await transcripts.request(of: other.session, to: address, locale: nil, at: .now())
        }
        for wrong in ["", "joe", "@", "a@", "@b", "a@b@c", "a b@c", "a@b,c@d", "a@b\r\nBcc: c@d"] {
            await #expect(throws: SupportError.self) {
                try await transcripts.request(of: other.session, to: wrong, locale: nil, at: .now())
            }
        }
    }
}
