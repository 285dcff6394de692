import Foundation
import Jobs
import Postgres
import Realtime

/// Sends what was said in a chat, the newest thousand messages of it, to an address that its contact gave.
package struct TranscriptJob: Job {
    package static let name = "TranscriptJob"
    package static let queue = "mailers"
    private static let messages = 1000

    package let accountID: Account.ID
    package let chatID: Chat.ID
    package let email: String
    package let locale: String?

    /// The mails of one account do not keep those of the others waiting.
    package var tenant: String? { "\(accountID)" }

    enum CodingKeys: String, CodingKey {
        case email, locale
        case accountID = "account_id"
        case chatID = "chat_id"
    }

    package struct Services: Sendable {
        let chats: UnreadEmailRows
        let messages: MessageRows
        let transport: any MailTransport
        let from: String

        package init(postgres: PostgresPool, transport: any MailTransport, from: String) {
            chats = UnreadEmailRows(postgres: postgres)
            messages = MessageRows(postgres: postgres)
            self.transport = transport
            self.from = from
        }
    }

    package func perform(_ services: Services, _ context: JobContext) async throws {
        // For its rows alone, which are found without the cell.
        let chat = Chat.Address(cell: Cell(0), accountID: accountID, chatID: chatID)
        guard let found = try await services.chats.find(chat) else { return }
        let messages = try await services.messages.newest(chat, limit: Self.messages)
        guard messages.contains(where: { $0.senderType == .admin }) else { return }
        let text = TranscriptText(locale: locale ?? found.locale, inbox: found.inbox, messages: messages)
        try await services.transport.send(
            MailMessage(
                id: "transcript.\(context.jid)@switchboard", from: services.from, to: email,
                subject: text.subject, text: text.body, at: .now()))
    }
}

/// The words of the mail; times in UTC, as nobody has told where its reader is.
struct TranscriptText {
    let subject: String
    let body: String

    init(locale: String?, inbox: String, messages: [Message]) {
        let isChinese = locale?.lowercased().hasPrefix("zh") == true
        let lines = messages.map { message in
            let at = message.createdAt.iso8601.prefix(16).replacing("T", with: " ")
            let me = isChinese ? "您" : "You"
            return
                "[\(at) UTC] \(message.senderType == .user ? me : message.senderName ?? inbox):\n\(message.content)\n"
        }
        subject = isChinese ? "您与 \(inbox) 的聊天记录" : "Your chat with \(inbox)"
        body = (isChinese ? "以下是您的聊天记录：" : "This is what was said:") + "\n\n" + lines.joined(separator: "\n")
    }
}
