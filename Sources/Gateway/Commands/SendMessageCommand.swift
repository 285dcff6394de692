import NIOCore
import Realtime
import Support

/// `send_message {content, client_id?}` → `message_ack {client_id, message}`, for a resend as well.
struct SendMessageCommand: Command {
    static let action = "send_message"
    private let content: String
    private let clientID: String?

    init(_ input: ActionInput) throws(SupportError) {
        guard let content = input.content else { throw .invalid(field: "content", "It is missing.") }
        self.content = content
        clientID = input.clientID
    }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        let chat = try context.chat(for: Self.action)
        let draft = try MessageDraft(
            content: content, clientID: clientID, limit: context.desk.configuration.messageCharacters)
        switch try await context.desk.messages.send(
            draft, to: chat, from: context.principal, address: context.address, at: now)
        {
        case .accepted(let message), .duplicate(let message):
            var ack = ByteBufferAllocator().buffer(capacity: message.readableBytes + 120)
            ack.writeString(
                #"{"type":"message_ack","client_id":\#(JSONText.string(draft.clientID)),"message":"#)
            ack.writeImmutableBuffer(message)
            ack.writeString("}")
            return ack
        }
    }
}
