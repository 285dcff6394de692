import HTTPTypes
import Hummingbird
import NIOCore
import Support

/// `?since=SEQ|ISO8601`, `?before=SEQ` and `?limit=`, as both message lists take them.
struct MessagePage {
    let range: MessageRange
    let limit: Int

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
        let position: ChatView.Position
        let persistedUpTo: Int
        /// Comes along, so that a client that was away needs no second question.
        let conversation: Conversation.View?

        enum CodingKeys: String, CodingKey {
            case messages, position, conversation
            case persistedUpTo = "persisted_up_to"
        }

        init(_ chat: ChatView) {
            messages = chat.messages
            conversation = chat.conversation
            position = chat.position
            persistedUpTo = chat.persistedUpTo
        }
    }
}

/// `POST …/messages`: the same send as over the socket.
enum SentMessage {
    private struct Input: Decodable {
        var content: String
        var clientID: String?

        enum CodingKeys: String, CodingKey {
            case content
            case clientID = "client_id"
        }
    }

    /// 201 for a new message, 200 for one that was accepted before.
    static func send(
        _ request: Request, to chat: Chat.Address, from sender: Principal, address: String?,
        _ desk: SupportDesk, at now: Timestamp
    ) async throws -> Response {
        let input = try await request.json(Input.self)
        let draft = try MessageDraft(
            content: input.content, clientID: input.clientID, limit: desk.configuration.messageCharacters)
        switch try await desk.messages.send(draft, to: chat, from: sender, address: address, at: now) {
        case .accepted(let message): return response(.created, message)
        case .duplicate(let message): return response(.ok, message)
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ message: ByteBuffer) -> Response {
        var body = ByteBuffer(string: #"{"message":"#)
        body.writeImmutableBuffer(message)
        body.writeString("}")
        return Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: body))
    }
}
