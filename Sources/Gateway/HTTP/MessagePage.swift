import HTTPTypes
import Hummingbird
import NIOCore
import Support

/// `?since=SEQ|ISO8601`, `?before=SEQ` and `?limit=`, as both message lists take them.
struct MessagePage {
    let range: MessageRange
    let limit: Int

    /// The newest ones, as many as a page has.
    init() {
        range = .newest
        limit = 50
    }

    init(_ request: Request) throws {
        let query = request.uri.queryParameters
        limit =
            try query["limit"].map { text in
                guard let limit = Int(text), (1...Chats.pageLimit).contains(limit) else {
                    throw SupportError.invalid(field: "limit", "It is a number from 1 to \(Chats.pageLimit).")
                }
                return limit
            } ?? 50
        if let since = query["since"] {
            if let seq = Int(since), seq >= 0 {
                range = .after(seq)
            } else if let moment = Timestamp(iso8601: String(since)) {
                range = .since(moment)
            } else {
                throw SupportError.invalid(field: "since", "It is a message's seq, or a time in ISO 8601.")
            }
        } else if let before = query["before"] {
            guard let seq = Int(before), seq >= 1 else {
                throw SupportError.invalid(field: "before", "It is a message's seq.")
            }
            range = .before(seq)
        } else {
            range = .newest
        }
    }

    struct Output: Encodable, Sendable {
        let messages: [Message]
        /// Ask on after the last of them, or before the first.
        let hasMore: Bool
        let position: ChatView.Position
        let persistedUpTo: Int
        /// Comes along, so that a client that was away needs no second question.
        let conversation: Conversation.View?

        enum CodingKeys: String, CodingKey {
            case messages, position, conversation
            case hasMore = "has_more"
            case persistedUpTo = "persisted_up_to"
        }

        init(_ chat: ChatView) {
            messages = chat.messages
            hasMore = chat.hasMore
            conversation = chat.conversation
            position = chat.position
            persistedUpTo = chat.persistedUpTo
        }
    }
}
