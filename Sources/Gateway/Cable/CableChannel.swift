import Foundation
import NIOCore
import Realtime
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

        init?(_ identifier: String) {
            if let flat = FlatJSONObject(ByteBuffer(string: identifier)) {
                guard case .string(let channel) = flat["channel"] else { return nil }
                self.channel = channel
                switch flat["chat_id"] {
                case .string(let id): chatID = id
                case nil, .null: chatID = nil
                case .integer, .bool: return nil
                }
            } else {
                // `try?`: what cannot be read in this way either is not one of ours.
                guard let name = try? JSONDecoder().decode(Name.self, from: Data(identifier.utf8)) else {
                    return nil
                }
                self = name
            }
        }
    }

    /// What the identifier names for this caller. A contact has one chat; staff may read any of their account's, and
    /// whether it exists shows when it is opened.
    init(_ identifier: String, for principal: Principal) throws(Refusal) {
        guard let name = Name(identifier) else { throw .unknownChannel }
        switch (name.channel, principal) {
        case ("ChatChannel", _):
            guard let id = name.chatID.flatMap(Chat.ID.init) else { throw .notYours }
            if case .contact(let session) = principal, session.chatID != id { throw .notYours }
            self = .chat(Chat.Address(cell: principal.cell, accountID: principal.accountID, chatID: id))
        case ("AdminNotificationChannel", .agent(let session)):
            self = .adminNotifications(session.accountID)
        case ("AdminNotificationChannel", .contact):
            throw .notYours
        default:
            throw .unknownChannel
        }
    }

    /// The stream that carries it.
    func stream(_ desk: SupportDesk, for principal: Principal) -> any RecoverableStream {
        switch self {
        case .chat(let chat): desk.chats.stream(chat, for: principal)
        case .adminNotifications(let account): desk.staffNews.stream(of: account, in: principal.cell)
        }
    }
}
