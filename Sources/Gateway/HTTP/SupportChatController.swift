import Hummingbird
import Support

/// `/support_chat`: the contact's one chat.
struct SupportChatController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<ContactContext>) {
        routes.get(use: show)
        routes.patch("mark_read", use: markRead)
        routes.get("messages", use: messages)
        routes.post("messages", use: send)
        routes.post("agent", use: askForAgent)
        routes.post("end") { [desk] request, context in
            try await EndedConversation.end(
                request, context.chat, by: context.principal, desk, at: context.now)
        }
        routes.post("rating") { [desk] request, context in
            try await EndedConversation.rate(request, by: context.session, desk, at: context.now)
        }
        routes.post("transcript", use: transcript)
    }

    @Sendable private func show(_ request: Request, _ context: ContactContext) async throws
        -> Response
    {
        try await ChatAnswer.make(
            request, context.chat, context.principal, MessagePage(), desk, at: context.now
        ) { $0 }
    }

    @Sendable private func messages(
        _ request: Request, _ context: ContactContext
    ) async throws -> Response {
        try await ChatAnswer.make(
            request, context.chat, context.principal, try MessagePage(request), desk, at: context.now,
            MessagePage.Output.init)
    }

    @Sendable private func send(_ request: Request, _ context: ContactContext) async throws
        -> some ResponseGenerator
    {
        try await SentMessage.send(
            request, to: context.chat, from: context.principal, address: context.address, desk,
            at: context.now)
    }

    /// The contact wants somebody: opens a conversation if none is open. The answer says where it stands.
    @Sendable private func askForAgent(_ request: Request, _ context: ContactContext) async throws
        -> some ResponseGenerator
    {
        struct Output: Encodable { let conversation: Conversation.View? }
        try await desk.assignments.ask(context.session, at: context.now)
        let view = try await desk.chats.show(context.chat, to: context.principal, limit: 1, at: context.now)
        return JSONBody(status: .created, Output(conversation: view.conversation))
    }

    /// `202`: it is sent soon, if there is anything to send.
    @Sendable private func transcript(
        _ request: Request, _ context: ContactContext
    ) async throws -> some ResponseGenerator {
        struct Input: Decodable {
            var email: String
            var locale: String?
        }
        struct Output: Encodable {
            let email: String
        }
        let input = try await request.json(Input.self)
        try await desk.transcripts.request(
            of: context.session, to: input.email, locale: input.locale, at: context.now)
        return JSONBody(status: .accepted, Output(email: input.email))
    }

    @Sendable private func markRead(
        _ request: Request, _ context: ContactContext
    ) async throws -> some ResponseGenerator {
        struct Input: Decodable {
            var upToSeq: WholeNumber?
            enum CodingKeys: String, CodingKey { case upToSeq = "up_to_seq" }
        }
        struct Output: Encodable {
            let readUpTo: Int
            enum CodingKeys: String, CodingKey { case readUpTo = "read_up_to" }
        }
        let input = try await request.json(Input.self)
        let seq = try await desk.receipts.mark(
            .read, upTo: input.upToSeq?.value, in: context.chat, by: context.principal, at: context.now)
        return JSONBody(Output(readUpTo: seq))
    }
}
