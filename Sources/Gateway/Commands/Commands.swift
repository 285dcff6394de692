import Foundation
import NIOCore
import Realtime
import Support

/// Who performs an action, and on what.
struct CommandContext: Sendable {
    let desk: SupportDesk
    let principal: Principal
    let channel: CableChannel
    /// Where the caller is, for the limits that an address has.
    let address: String?
    let typing: CableTyping

    /// The chat of the channel; actions of chats make no sense elsewhere.
    func chat(for action: String) throws(SupportError) -> Chat.Address {
        guard case .chat(let chat) = channel else { throw .unknownAction(action) }
        return chat
    }
}

/// What a client sends in `data`. All actions share one flat object, so it is read once.
struct ActionInput: Decodable, Sendable {
    var action: String
    var content: String?
    var clientID: String?
    var on: Bool?
    var isPrivate: Bool?
    var upToSeq: WholeNumber?
    var reason: String?
    var comment: String?
    var score: WholeNumber?
    var conversationID: String?
    var status: String?

    enum CodingKeys: String, CodingKey {
        case action, content, on, reason, comment, score, status
        case isPrivate = "private"
        case clientID = "client_id"
        case upToSeq = "up_to_seq"
        case conversationID = "conversation_id"
    }
}

extension ActionInput {
    /// Nil for whatever has to be looked at more closely, to say what is wrong with it.
    init?(flat bytes: ByteBuffer) {
        guard let object = FlatJSONObject(bytes), case .string(let action) = object["action"] else {
            return nil
        }
        self.action = action
        do {
            content = try object.string("content")
            clientID = try object.string("client_id")
            reason = try object.string("reason")
            comment = try object.string("comment")
            conversationID = try object.string("conversation_id")
            status = try object.string("status")
        } catch {
            return nil
        }
        switch object["on"] {
        case nil, .null: break
        case .bool(let on): self.on = on
        default: return nil
        }
        switch object["private"] {
        case nil, .null: break
        case .bool(let isPrivate): self.isPrivate = isPrivate
        default: return nil
        }
        switch object["up_to_seq"] {
        case nil, .null: break
        case .integer(let seq): upToSeq = WholeNumber(seq)
        default: return nil
        }
        switch object["score"] {
        case nil, .null: break
        case .integer(let score): self.score = WholeNumber(score)
        default: return nil
        }
    }

    /// Throws `SupportError.invalid` when it is no id.
    func conversation() throws(SupportError) -> Conversation.ID? {
        guard let conversationID else { return nil }
        guard let id = Conversation.ID(conversationID) else {
            throw .invalid(field: "conversation_id", "It is not a UUID.")
        }
        return id
    }
}

/// Something that a client may do on a channel: parse, authorise, one call.
protocol Command: Sendable {
    static var action: String { get }
    init(_ input: ActionInput) throws(SupportError)
    /// Returns what the caller alone is told; what everybody is told comes by the stream.
    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer?
}

/// The actions there are.
enum Commands {
    private static let all: [String: any Command.Type] = Dictionary(
        uniqueKeysWithValues: [
            SendMessageCommand.self, TypingCommand.self, DeliveredCommand.self, ReadCommand.self,
            EndCommand.self, RateCommand.self, AvailabilityCommand.self,
        ].map { (command: any Command.Type) in (command.action, command) })

    /// Performs one action and returns the answer: what the command says, or an error of the documented shape.
    static func perform(
        _ data: String, _ context: CommandContext, _ refusal: @Sendable (any Error) -> ErrorResponse
    ) async -> ByteBuffer? {
        var clientID: String?
        do {
            let bytes = ByteBuffer(string: data)
            let input = try ActionInput(flat: bytes) ?? JSONInput.decode(ActionInput.self, from: bytes)
            clientID = input.clientID.map { String($0.prefix(64)) }
            guard let command = all[input.action] else { throw SupportError.unknownAction(input.action) }
            return try await command.init(input).perform(context, at: .now())
        } catch {
            return refusal(error).payload(clientID: clientID)
        }
    }
}

extension SupportError {
    static func unknownAction(_ action: String) -> SupportError {
        .invalid(field: "action", "This channel has no action “\(action.prefix(50))”.")
    }
}
