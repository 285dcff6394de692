import Foundation
import Jobs
import Synchronization
import TestSupport
import Testing

@testable import Support

/// Keeps what was sent, or refuses it.
private final class Postbox: MailTransport, Sendable {
    struct Closed: Error {}
    private let state = Mutex<(mails: [MailMessage], isClosed: Bool)>(([], false))

    var mails: [MailMessage] { state.withLock { $0.mails } }
    func close(_ isClosed: Bool) { state.withLock { $0.isClosed = isClosed } }

    func send(_ message: MailMessage) async throws {
        try state.withLock { state in
            if state.isClosed { throw Closed() }
            state.mails.append(message)
        }
    }
}

@Suite struct UnreadEmailJobIntegrationTests {
    private let postbox = Postbox()

    private func perform(
        _ fixture: SupportFixture, _ visitor: SupportFixture.Visitor, seq: Int,
        through transport: (any MailTransport)? = nil
    ) async throws {
        let job = UnreadEmailJob(accountID: fixture.account, chatID: visitor.session.chatID, seq: seq)
        try await job.perform(
            .init(
                postgres: fixture.world.postgres, transport: transport ?? postbox,
                from: "Shop <shop@example.com>"),
            JobContext(
                jid: "j", attempt: 0, enqueuedAt: nil, name: UnreadEmailJob.name,
                parentLogger: TestWorld.quiet))
    }

    /// A visitor who asked and was answered twice, all of it persisted.
    private func answered(
        email: String? = "joe@example.com", locale: String? = nil
    ) async throws -> (SupportFixture, SupportFixture.Visitor) {
        let fixture = try await SupportFixture.make()
        let visitor = try await fixture.contact(name: "Joe", email: email, locale: locale)
        try await fixture.send("question", from: visitor)
        try await fixture.answer("first answer", to: visitor)
        try await fixture.answer("second answer", to: visitor)
        try await fixture.persist()
        return (fixture, visitor)
    }

    @Test func `several unread messages make one mail`() async throws {
        let (fixture, visitor) = try await answered()
        try await perform(fixture, visitor, seq: 2)
        try await perform(fixture, visitor, seq: 3)
        let mail = try #require(postbox.mails.first)
        #expect(postbox.mails.count == 1)
        #expect(mail.to == "joe@example.com")
        #expect(mail.from == "Shop <shop@example.com>")
        #expect(mail.text.contains("first answer") && mail.text.contains("second answer"))
        #expect(!mail.text.contains("question"))
        // The next answer makes the next mail, with nothing of the last.
        try await fixture.answer("third answer", to: visitor)
        try await fixture.persist()
        try await perform(fixture, visitor, seq: 4)
        #expect(postbox.mails.count == 2)
        #expect(postbox.mails[1].text.contains("third answer"))
        #expect(!postbox.mails[1].text.contains("second answer"))
        #expect(postbox.mails[0].id != postbox.mails[1].id)
    }

    @Test func `what has been read is not mailed`() async throws {
        let (fixture, visitor) = try await answered()
        try await fixture.desk.receipts.mark(
            .read, upTo: 2, in: visitor.chat, by: visitor.principal, at: .now())
        try await fixture.persist()
        try await perform(fixture, visitor, seq: 2)
        #expect(postbox.mails.isEmpty)
        try await perform(fixture, visitor, seq: 3)
        #expect(postbox.mails.count == 1)
        #expect(postbox.mails.first?.text.contains("first answer") == false)
    }

    @Test func `a chat that was put away is left alone`() async throws {
        let (fixture, visitor) = try await answered()
        try await fixture.desk.archive.set(true, visitor.chat, by: fixture.agent, at: .now())
        try await fixture.persist()
        try await perform(fixture, visitor, seq: 3)
        #expect(postbox.mails.isEmpty)
    }

    @Test func `a contact without an address gets none`() async throws {
        let (fixture, visitor) = try await answered(email: nil)
        try await perform(fixture, visitor, seq: 3)
        #expect(postbox.mails.isEmpty)
    }

    @Test func `a message that PostgreSQL does not have yet is looked for again later`() async throws {
        let (fixture, visitor) = try await answered()
        await #expect(throws: UnreadEmailJob.NotPersistedYet.self) {
            try await perform(fixture, visitor, seq: 4)
        }
        #expect(postbox.mails.isEmpty)
    }

    @Test func `from the answer to the mail, by way of the queue, and by the next try if need be`()
        async throws
    {
        try await TestWorld.withPrivate { world, _ in
            let fixture = try await SupportFixture.make(in: world)
            let visitor = try await fixture.contact(name: "Joe", email: "joe@example.com")
            try await fixture.send("question", from: visitor)
            try await fixture.answer("answer", to: visitor)
            let scripts = try JobScripts(TestWorld.scripts())
            let listener = UnreadEmailListener(
                jobs: JobClient(redis: world.redis, scripts: scripts), delay: .seconds(300))
            var registry = JobRegistry()
            registry.register(
                UnreadEmailJob.self,
                services: .init(postgres: world.postgres, transport: postbox, from: "shop@example.com"))
            let drain = JobDrain(redis: world.redis, scripts: scripts, registry: registry)

            try await listener.heard(try await fixture.facts())
            #expect(try await drain.waiting().map(\.className) == ["UnreadEmailJob"])
            try await drain.makeAllDue()
            #expect(try await drain.run("mailers") == 1)
            #expect(drain.errors.first is UnreadEmailJob.NotPersistedYet)
            #expect(postbox.mails.isEmpty)

            try await fixture.persist()
            try await drain.makeAllDue()
            #expect(try await drain.run("mailers") == 1)
            #expect(postbox.mails.count == 1)
        }
    }

    @Test func `a mail that could not be handed over is sent by the next try`() async throws {
        let (fixture, visitor) = try await answered()
        postbox.close(true)
        await #expect(throws: Postbox.Closed.self) { try await perform(fixture, visitor, seq: 3) }
        postbox.close(false)
        try await perform(fixture, visitor, seq: 3)
        #expect(postbox.mails.count == 1)
    }

    @Test func `a mail becomes a file, and the same mail the same file`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID())")
        defer {
            // What is left over in the temporary folder harms nobody.
            try? FileManager.default.removeItem(at: folder)
        }
        let (fixture, visitor) = try await answered(locale: "zh-CN")
        let path = folder.appending(path: "inner").path
        try await perform(fixture, visitor, seq: 3, through: MailFolder(path: path))
        try await fixture.world.postgres.query(
            "UPDATE support_chats SET emailed_seq = 0 WHERE account_id = \(fixture.account.uuid)")
        try await perform(fixture, visitor, seq: 3, through: MailFolder(path: path))
        let files = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(files == ["\(visitor.session.chatID).3switchboard.eml"])
        let text = try String(contentsOfFile: "\(path)/\(files.first ?? "")", encoding: .utf8)
        #expect(text.contains("To: joe@example.com\r\n"))
        #expect(text.contains("Message-ID: <\(visitor.session.chatID).3@switchboard>\r\n"))
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last?.filter { !$0.isNewline } ?? ""
        let words = Data(base64Encoded: String(body)).map { String(decoding: $0, as: UTF8.self) }
        #expect(words?.contains("Joe，您好！") == true)
    }
}
