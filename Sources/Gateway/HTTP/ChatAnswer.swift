import HTTPTypes
import Hummingbird
import Support

/// The answer to whoever asks for a chat or a page of it: 304 when they have it already.
enum ChatAnswer {
    static func make(
        _ request: Request, _ chat: Chat.Address, _ caller: Principal, _ page: MessagePage,
        _ desk: SupportDesk, at now: Timestamp, _ body: (ChatView) -> some Encodable
    ) async throws -> Response {
        guard request.headers.contains(.ifNoneMatch) else {
            return response(
                try await desk.chats.show(chat, to: caller, page.range, limit: page.limit, at: now), body)
        }
        let polled = try await desk.chats.poll(
            chat, by: caller, page.range, limit: page.limit, at: now,
            unless: { EntityTag($0).isKnown(to: request) })
        switch polled {
        case .unchanged(let version): return EntityTag(version).notModified()
        case .changed(let view): return response(view, body)
        }
    }

    private static func response(_ view: ChatView, _ body: (ChatView) -> some Encodable) -> Response {
        EntityTag(view.version).response(JSONBody.bytes(body(view)))
    }
}
