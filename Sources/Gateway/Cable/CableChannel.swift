import Foundation
import NIOCore
import Support

/// What a client may subscribe to, as its identifier names it.
enum CableChannel: Sendable {
    /// `{"channel":"ChatChannel","chat_id":…}`: for the chat's contact, and for the account's staff.
    case chat(Chat.Address)
    /// `{"channel":"AdminNotificationChannel"}`: for staff.
    case adminNotifications(Account.ID)

    enum Refusal: Error { case unknownChannel, notYours }

    private struct Name: Decodable {
        var channel: String
        var chatID: String?

        enum CodingKeys: String, CodingKey {
            case channel
            case chatID = "chat_id"
        }
    }

    /// What the identifier names for this caller; whether the chat exists is for `authorize` to find out.
    init(_ identifier: String, for principal: Principal) throws(Refusal) {
        guard let name = try? JSONDecoder().decode(Name.self, from: Data(identifier.utf8)) else {
            throw .unknownChannel  // whatever it is, it is not one of ours
        }
        switch (name.channel, principal) {
        case ("ChatChannel", _):
            guard let id = name.chatID.flatMap(Chat.ID.init) else { throw .notYours }
            self = .chat(Chat.Address(accountID: principal.accountID, chatID: id))
        case ("AdminNotificationChannel", .agent(let session)):
            self = .adminNotifications(session.accountID)
        case ("AdminNotificationChannel", .contact):
            throw .notYours
        default:
            throw .unknownChannel
        }
    }

    /// The stream in Redis that carries it.
    var stream: String {
        switch self {
        case .chat(let chat): chat.channel
        case .adminNotifications(let account): Chat.Address.staffChannel(of: account)
        }
    }

    /// Whether this caller may listen. A contact has one chat; staff may read any of their account's.
    func authorize(_ principal: Principal, _ desk: SupportDesk, at now: Timestamp) async throws -> Bool {
        guard case .chat(let chat) = self else { return true }
        if case .contact(let session) = principal { return session.chatID == chat.chatID }
        do {
            try await desk.chats.require(chat, for: principal, at: now)
            return true
        } catch SupportError.notFound {
            return false
        }
    }
}
