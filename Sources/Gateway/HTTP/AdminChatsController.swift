import Hummingbird
import Support

/// `/admin/chats`: the staff's list, and each chat in it.
struct AdminChatsController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get(use: list)
        routes.get("counts") { [desk] _, context in
            let session = context.session
            return JSONBody(try await desk.chatList.counts(of: session.accountID, for: session.agentID))
        }
        routes.get(":id", use: show)
        routes.get(":id/messages", use: messages)
        routes.post(":id/messages", use: send)
        routes.post(":id/end") { [desk] request, context in
            try await EndedConversation.end(
                request, try context.chat(), by: context.principal, desk, at: context.now)
        }
        routes.post(":id/archive") { try await archive(true, $1) }
        routes.post(":id/unarchive") { try await archive(false, $1) }
    }

    @Sendable private func list(_ request: Request, _ context: StaffContext) async throws -> Response {
        let query = request.uri.queryParameters
        var filter = ChatList.Filter()
        switch query["archived"] {
        case nil, "false": break
        case "true": filter.archived = true
        default: throw SupportError.invalid(field: "archived", "It is true or false.")
        }
        if let text = query["status"], !text.isEmpty {
            guard let status = Conversation.Status(rawValue: String(text)) else {
                throw SupportError.invalid(field: "status", "It is waiting, active or ended.")
            }
            filter.status = status
        }
        filter.assignee = try id(query["assignee"], "assignee")
        filter.inbox = try id(query["inbox_id"], "inbox_id")
        filter.query = query["q"].map { String($0.prefix(200)) }
        let limit = try query["limit"].map { text in
            guard let limit = Int(text), (1...100).contains(limit) else {
                throw SupportError.invalid(field: "limit", "It is a number from 1 to 100.")
            }
            return limit
        }
        // It comes out of one query whose answer nobody can know before; what is spared is sending it.
        let page = JSONBody.bytes(
            try await desk.chatList.page(
                filter, of: context.session.accountID, for: context.session.agentID,
                before: query["before"].map(String.init),
                limit: limit ?? 25), isSorted: true)
        let tag = EntityTag(page.readableBytesView)
        return tag.isKnown(to: request) ? tag.notModified() : tag.response(page)
    }

    private func id<Thing>(_ text: Substring?, _ field: String) throws -> Identifier<Thing>? {
        guard let text, !text.isEmpty else { return nil }
        guard let id = Identifier<Thing>(String(text)) else {
            throw SupportError.invalid(field: field, "It is not a UUID.")
        }
        return id
    }

    /// Looking at a chat is reading it.
    @Sendable private func show(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        let chat = try context.chat()
        try await desk.receipts.mark(.read, upTo: nil, in: chat, by: context.principal, at: context.now)
        var view = try await desk.chats.showToStaff(chat, context.session, at: context.now)
        view.item.unread = false
        return JSONBody(view)
    }

    @Sendable private func messages(
        _ request: Request, _ context: StaffContext
    ) async throws -> Response {
        try await ChatAnswer.make(
            request, try context.chat(), context.principal, try MessagePage(request), desk, at: context.now,
            MessagePage.Output.init)
    }

    @Sendable private func send(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        try await SentMessage.send(
            request, to: try context.chat(), from: context.principal, address: context.address, desk,
            at: context.now)
    }

    private func archive(_ archived: Bool, _ context: StaffContext) async throws -> some ResponseGenerator {
        struct Output: Encodable {
            struct Row: Encodable {
                let id: Chat.ID
                let archived: Bool
            }
            let chat: Row
        }
        let chat = try context.chat()
        try await desk.archive.set(archived, chat, by: context.session, at: context.now)
        return JSONBody(Output(chat: .init(id: chat.chatID, archived: archived)))
    }
}
