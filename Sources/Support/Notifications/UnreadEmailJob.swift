import Foundation
import Jobs
import Postgres
import Realtime

/// Sends a contact what an agent wrote, if it is still unread, they left an address, and nobody has put the chat away.
package struct UnreadEmailJob: Job {
    package static let name = "UnreadEmailJob"
    package static let queue = "mailers"

    package let accountID: Account.ID
    package let chatID: Chat.ID
    package let seq: Int

    /// The mails of one account do not keep those of the others waiting.
    package var tenant: String? { "\(accountID)" }

    enum CodingKeys: String, CodingKey {
        case seq
        case accountID = "account_id"
        case chatID = "chat_id"
    }

    package struct Services: Sendable {
        let rows: UnreadEmailRows
        let transport: any MailTransport
        let from: String

        package init(postgres: PostgresPool, transport: any MailTransport, from: String) {
            rows = UnreadEmailRows(postgres: postgres)
            self.transport = transport
            self.from = from
        }
    }

    /// The journal is so far behind that PostgreSQL does not have the message yet: try again later.
    struct NotPersistedYet: Error {}

    package func perform(_ services: Services, _ context: JobContext) async throws {
        // For its rows alone, which are found without the cell.
        let chat = Chat.Address(cell: Cell(0), accountID: accountID, chatID: chatID)
        guard let found = try await services.rows.find(chat), found.lastSeq >= seq else {
            throw NotPersistedYet()
        }
        guard !found.isArchived, found.userReadSeq < seq, found.emailedSeq < seq, let email = found.email
        else {
            return
        }
        // One mail for everything unread so far, not one for each message.
        let unread = try await services.rows.unread(chat, above: max(found.userReadSeq, found.emailedSeq))
        guard let last = unread.last else { return }
        let text = UnreadEmailText(
            locale: found.locale, inbox: found.inbox, contact: found.name, messages: unread)
        try await services.transport.send(
            MailMessage(
                id: "\(chatID).\(last.seq)@switchboard", from: services.from, to: email,
                subject: text.subject,
                text: text.body, at: .now()))
        try await services.rows.markEmailed(chat, upTo: last.seq)
    }
}
