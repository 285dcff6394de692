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
    }

    @Sendable private func show(_ request: Request, _ context: ContactContext) async throws
        -> some ResponseGenerator
    {
        JSONBody(try await desk.chats.show(context.chat, to: context.principal, at: context.now))
    }

    @Sendable private func messages(
        _ request: Request, _ context: ContactContext
    ) async throws -> some ResponseGenerator {
        let page = try MessagePage(request)
        return JSONBody(
            MessagePage.Output(
                try await desk.chats.show(
                    context.chat, to: context.principal, page.range, limit: page.limit, at: context.now)))
    }

    @Sendable private func send(_ request: Request, _ context: ContactContext) async throws
        -> some ResponseGenerator
    {
        try await SentMessage.send(
            request, to: context.chat, from: context.principal, address: context.address, desk,
            at: context.now)
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
