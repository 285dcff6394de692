import Foundation
import Postgres
import Realtime
import Redis

/// Reading chats: hot history from Redis, older pages from PostgreSQL, merged by `seq`.
package struct Chats: Sendable {
    /// Messages that one answer has at most.
    package static let pageLimit = 200
    /// Bytes of messages out of Redis after which an answer has no more of them. A reply beyond the limits of the
    /// connection that all share would end it.
    static let pageBytes = 4 << 20

    private let redis: RedisClient
    let coldChats: ColdChats
    private let pages: ChatPages

    init(redis: RedisClient, coldChats: ColdChats) {
        self.redis = redis
        self.coldChats = coldChats
        pages = ChatPages(messageRows: coldChats.messageRows)
    }

    /// A chat with some of its messages, oldest first. For a contact their own chat is there even before the first message.
    ///
    /// Throws `SupportError.notFound`, and `.unavailable` when the messages asked for are in PostgreSQL alone and it is away.
    package func show(
        _ chat: Chat.Address, to viewer: Principal, _ range: MessageRange = .newest, limit: Int = 50,
        at now: Timestamp
    ) async throws -> ChatView {
        try await look(chat, viewer, range, limit, now).view
    }

    private func look(
        _ chat: Chat.Address, _ viewer: Principal, _ range: MessageRange, _ limit: Int, _ now: Timestamp
    ) async throws -> (view: ChatView, live: LiveState) {
        let limit = min(max(1, limit), Self.pageLimit)
        if case .since(let moment) = range {
            // So many that a moment not long ago is among them, and PostgreSQL need not be asked.
            let live = try await live(chat, viewer, .newest, Self.pageLimit, now)
            let seq = try await pages.seq(at: moment, live, chat)
            return try await look(chat, viewer, .after(seq), asked: range, limit, now)
        }
        return try await look(chat, viewer, range, asked: range, limit, now)
    }

    /// The same for those who ask again and again. When nothing has changed it costs one script call, which brings no
    /// message.
    ///
    /// - Parameter isKnown: whether the caller has the answer of this version.
    package func poll(
        _ chat: Chat.Address, by viewer: Principal, _ range: MessageRange = .newest, limit: Int = 50,
        at now: Timestamp, unless isKnown: (ChatVersion) -> Bool
    ) async throws -> Polled {
        let limit = min(max(1, limit), Self.pageLimit)
        // What follows a seq is nothing, or is wanted; of the other ranges nothing is wanted in most cases.
        let isShort = if case .after = range { true } else { false }
        let live = try await live(chat, viewer, range, isShort ? limit : 0, now)
        let version = ChatVersion(live, for: viewer.senderKind, range, limit: limit)
        if isKnown(version) { return .unchanged(version) }
        guard isShort else { return .changed(try await show(chat, to: viewer, range, limit: limit, at: now)) }
        return .changed(try await view(chat, live, range, asked: range, limit, for: viewer))
    }

    package enum Polled: Sendable {
        case unchanged(ChatVersion)
        case changed(ChatView)
    }

    private func look(
        _ chat: Chat.Address, _ viewer: Principal, _ range: MessageRange, asked: MessageRange, _ limit: Int,
        _ now: Timestamp
    ) async throws -> (view: ChatView, live: LiveState) {
        let live = try await live(chat, viewer, range, limit, now)
        return (try await view(chat, live, range, asked: asked, limit, for: viewer), live)
    }

    /// The chat with the row of the staff's list around it.
    package func showToStaff(
        _ chat: Chat.Address, _ viewer: AgentSession, at now: Timestamp
    ) async throws -> AdminChatView {
        let (view, live) = try await look(chat, .agent(viewer), .newest, 50, now)
        let row = try await row(of: chat, for: viewer.agentID)
        var item = ChatListItem(row)
        // Redis is ahead of PostgreSQL by what is in the journal.
        item.archived = view.archived
        item.messageCount = max(item.messageCount, view.position.offset)
        item.status = view.conversation?.status
        // Of one that has ended the row says who had it.
        if view.conversation?.status != .ended { item.assignee = view.conversation?.assignee }
        let read = live.readSeq(of: viewer.agentID)
        if view.messages.first.map({ $0.seq <= read + 1 }) ?? true {
            item.unreadCount = view.messages.count { $0.seq > read && $0.senderType == .user }
        }
        if let last = view.messages.last {
            item.lastMessageAt = last.createdAt
            item.lastMessagePreview = MessageDraft.preview(of: last.content)
            item.lastMessageSender = last.senderType
        }
        return AdminChatView(item: item, chat: view, ending: row.conversation?.end)
    }

    /// The news of a chat's first message is some milliseconds faster than its row.
    private func row(of chat: Chat.Address, for agent: Agent.ID) async throws -> ChatRows.Row {
        for _ in 0..<40 {
            if let row = try await unavailable({ try await coldChats.chatRows.find(chat, for: agent) }) {
                return row
            }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw SupportError.unavailable("This chat is just being written down; try again in a moment.")
    }

    /// Whether the chat exists in this account; throws `.notFound` when not.
    package func require(_ chat: Chat.Address, for caller: Principal, at now: Timestamp) async throws {
        _ = try await live(chat, caller, .newest, 1, now)
    }

    func live(
        _ chat: Chat.Address, _ viewer: Principal, _ range: MessageRange, _ limit: Int, _ now: Timestamp,
        maxBytes: Int = Self.pageBytes
    ) async throws -> LiveState {
        let (after, before): (Int, Int) =
            switch range {
            case .after(let seq): (seq, 0)
            case .before(let seq): (-1, seq)
            case .newest, .since: (-1, 0)
            }
        let reply = try await coldChats.warm(chat, for: viewer, at: now) {
            try await redis.evaluate(
                coldChats.scripts.read, keys: [chat.state, chat.history, chat.cell.state],
                arguments: [.integer(after), .integer(before), .integer(limit), .integer(maxBytes)])
        }
        guard let state = LiveState(reply) else {
            throw SupportError.unavailable("The chat could not be read.")
        }
        return state
    }

    private func view(
        _ chat: Chat.Address, _ live: LiveState, _ range: MessageRange, asked: MessageRange, _ limit: Int,
        for viewer: Principal
    ) async throws -> ChatView {
        let marks: [Sender.Kind: Message.Marks] = [
            .user: live.marks(by: .user), .admin: live.marks(by: .admin),
        ]
        let messages = try await pages.page(live, range, limit, chat).map { message in
            var message = message
            message.apply(marks[message.senderType.other] ?? Message.Marks())
            return message
        }
        let read = viewer.senderKind == .user ? live.userReadSeq : live.adminReadSeq
        let unread = messages.count { $0.seq > read && $0.senderType != viewer.senderKind }
        let hasMore =
            if case .after = range {
                messages.last.map { $0.seq < live.seq } ?? false
            } else {
                messages.first.map { $0.seq > 1 } ?? false
            }
        return ChatView(
            id: chat.chatID, archived: live.isArchived, unread: unread, messages: messages, hasMore: hasMore,
            position: .init(epoch: live.epoch, offset: live.seq), persistedUpTo: live.persisted,
            conversation: live.conversation,
            version: ChatVersion(live, for: viewer.senderKind, asked, limit: limit))
    }

    private func unavailable<T>(_ read: () async throws -> T) async throws -> T {
        do {
            return try await read()
        } catch let error as PostgresError where error.isTransient {
            throw SupportError.unavailable("This chat cannot be read at the moment; try again soon.")
        }
    }
}
