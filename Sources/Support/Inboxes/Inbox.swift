import Realtime

/// A place where chats arrive; its channel is its kind.
package struct Inbox: Sendable, Identifiable {
    package typealias ID = Identifier<Inbox>
    package let id: ID
    package let accountID: Account.ID
    /// The account's.
    package let cell: Cell
    package let name: String
    package let settings: InboxSettings
    /// When it is attended; nil is always.
    package let hours: Hours?
}

/// What the widget shows and how; every field has a default, so an empty object is a valid setting.
package struct InboxSettings: Codable, Sendable {
    package var greeting: String?
    package var locale: String?
    package var color: String?
    package var preChat: PreChat?

    enum CodingKeys: String, CodingKey {
        case greeting, locale, color
        case preChat = "pre_chat"
    }

    package init(
        greeting: String? = nil, locale: String? = nil, color: String? = nil, preChat: PreChat? = nil
    ) {
        self.greeting = greeting
        self.locale = locale
        self.color = color
        self.preChat = preChat
    }
}
