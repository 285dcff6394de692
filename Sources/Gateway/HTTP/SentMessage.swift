import HTTPTypes
import Hummingbird
import NIOCore
import Support

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
            content: input.content, clientID: try clientID(request, input),
            limit: desk.configuration.messageCharacters)
        switch try await desk.messages.send(draft, to: chat, from: sender, address: address, at: now) {
        case .accepted(let message): return response(.created, message)
        case .duplicate(let message): return response(.ok, message)
        }
    }

    /// The body's, or the one that proxies and HTTP libraries repeat a request under: `Idempotency-Key`, in quotes as
    /// its draft has it or without.
    private static func clientID(_ request: Request, _ input: Input) throws(SupportError) -> String? {
        guard let header = request.headers[.idempotencyKey] else { return input.clientID }
        let isQuoted = header.count > 1 && header.hasPrefix("\"") && header.hasSuffix("\"")
        let key = isQuoted ? String(header.dropFirst().dropLast()) : header
        guard MessageDraft.isClientID(key) else {
            throw .invalid(field: "Idempotency-Key", MessageDraft.clientIDRule)
        }
        guard input.clientID == nil || input.clientID == key else {
            throw .invalid(field: "Idempotency-Key", "It is not the client_id that the body has.")
        }
        return key
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

extension HTTPField.Name {
    /// The sender's own name for a request, under which it may be repeated.
    static let idempotencyKey = Self("Idempotency-Key")!
}
