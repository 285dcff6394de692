import Foundation
import Postgres
import Realtime
import Redis

/// Reading chats: hot history from Redis, older pages from PostgreSQL, merged by `seq`.
package struct Chats: Sendable {
    /// Messages that one answer has at most.
    package static let pageLimit = 200

    private let redis: RedisClient
    let coldChats: ColdChats

    init(redis: RedisClient, coldChats: ColdChats) {
        self.redis = redis
        self.coldChats = coldChats
    }

    /// A chat with some of its messages, oldest first. For a contact their own chat is there even before the first message.
    ///
    /// Throws `SupportError.notFound`, and `.unavailable` when the messages asked for are in PostgreSQL alone and it is away.
    package func show(
        _ chat: Chat.Address, to viewer: Principal, _ range: MessageRange = .newest, limit: Int = 50,
        at now: Timestamp
    ) async throws -> ChatView {
        let limit = min(max(1, limit), Self.pageLimit)
        var range = range
        if case .since(let moment) = range {
            range = .after(
                try await unavailable { try await coldChats.messageRows.lastSeq(chat, upTo: moment) })
        }
        let live = try await live(chat, viewer, range, limit, now)
        let messages = try await merge(live, range, limit, chat)
        return view(chat, live, messages, for: viewer)
    }

    /// The chat with the row of the staff's list around it.
    package func showToStaff(
        _ chat: Chat.Address, _ viewer: AgentSession, at now: Timestamp
    ) async throws -> AdminChatView {
        let view = try await show(chat, to: .agent(viewer), at: now)
        let row = try await row(of: chat)
        var item = ChatListItem(row)
        // Redis is ahead of PostgreSQL by what is in the journal.
        item.archived = view.archived
        item.messageCount = max(item.messageCount, view.position.offset)
        item.status = view.conversation?.status
        item.assignee = view.conversation?.assignee
        if let last = view.messages.last {
            item.lastMessageAt = last.createdAt
            item.lastMessagePreview = MessageDraft.preview(of: last.content)
            item.lastMessageSender = last.senderType
        }
        return AdminChatView(item: item, chat: view)
    }

    /// The news of a chat's first message is some milliseconds faster than its row.
    private func row(of chat: Chat.Address) async throws -> ChatRows.Row {
        for _ in 0..<40 {
            if let row = try await unavailable({ try await coldChats.chatRows.find(chat) }) { return row }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw SupportError.unavailable("This chat is just being written down; try again in a moment.")
    }

    /// Whether the chat exists in this account; throws `.notFound` when not.
    package func require(_ chat: Chat.Address, for caller: Principal, at now: Timestamp) async throws {
        _ = try await live(chat, caller, .newest, 1, now)
    }

    func live(
        _ chat: Chat.Address, _ viewer: Principal, _ range: MessageRange, _ limit: Int, _ now: Timestamp
    ) async throws -> LiveState {
        let (after, before): (Int, Int) =
            switch range {
            case .after(let seq): (seq, 0)
            case .before(let seq): (-1, seq)
            case .newest, .since: (-1, 0)
            }
        let reply = try await coldChats.warm(chat, for: viewer, at: now) {
            try await redis.evaluate(
                coldChats.scripts.read, keys: [chat.state, chat.history, chat.cell.state, chat.waiting],
                arguments: [.integer(after), .integer(before), .integer(limit)])
        }
        guard let state = LiveState(reply) else {
            throw SupportError.unavailable("The chat could not be read.")
        }
        return state
    }

    /// Fills in from PostgreSQL what the hot history no longer has. Both sources agree on every message, so where
    /// they overlap one of them is left out.
    private func merge(
        _ live: LiveState, _ range: MessageRange, _ limit: Int, _ chat: Chat.Address
    ) async throws -> [Message] {
        let hot = try live.messages.map {
            try JSONDecoder().decode(Message.self, from: Data($0.readableBytesView))
        }
        switch range {
        case .after(let seq):
            if seq >= live.seq || hot.first?.seq == seq + 1 { return hot }
            let cold = try await unavailable {
                try await coldChats.messageRows.following(chat, after: seq, limit: limit)
            }
            let known = cold.last?.seq ?? seq
            return Array((cold + hot.filter { $0.seq > known }).prefix(limit))
        case .newest, .before, .since:
            let top = if case .before(let seq) = range { seq - 1 } else { live.seq }
            let oldest = hot.first?.seq ?? top + 1
            if hot.count >= limit || oldest <= 1 { return hot }
            let cold = try await unavailable {
                try await coldChats.messageRows.newest(chat, before: oldest, limit: limit - hot.count)
            }
            return cold + hot
        }
    }

    private func view(
        _ chat: Chat.Address, _ live: LiveState, _ messages: [Message], for viewer: Principal
    ) -> ChatView {
        let marks: [Sender.Kind: Message.Marks] = [
            .user: live.marks(by: .user), .admin: live.marks(by: .admin),
        ]
        let messages = messages.map { message in
            var message = message
            message.apply(marks[message.senderType.other] ?? Message.Marks())
            return message
        }
        let read = viewer.senderKind == .user ? live.userReadSeq : live.adminReadSeq
        let unread = messages.count { $0.seq > read && $0.senderType != viewer.senderKind }
        return ChatView(
            id: chat.chatID, archived: live.isArchived, unread: unread, messages: messages,
            position: .init(epoch: live.epoch, offset: live.seq), persistedUpTo: live.persisted,
            conversation: live.conversation)
    }

    private func unavailable<T>(_ read: () async throws -> T) async throws -> T {
        do {
            return try await read()
        } catch let error as PostgresError where error.isTransient {
            throw SupportError.unavailable("Older messages cannot be read at the moment; try again soon.")
        }
    }
}
