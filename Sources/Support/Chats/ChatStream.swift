import Foundation
import NIOCore
import Postgres
import Realtime

/// A chat as a stream: its messages are the publications, numbered by `seq`, and everything else that is told of it
/// is a state that comes again with every opening.
package struct ChatStream: RecoverableStream {
    let chats: Chats
    let chat: Chat.Address
    /// On whose behalf it is read: a contact's own chat may be new.
    let viewer: Principal

    package var channel: String { chat.channel }
    package var id: String { "chat:\(chat.chatID)" }

    /// Throws `SupportError.notFound` for a chat that does not exist for the viewer.
    package func open(_ point: RecoveryPoint?) async throws -> StreamOpening {
        try await chats.open(chat, for: viewer, from: point, at: .now())
    }
}

extension Chats {
    package func stream(_ chat: Chat.Address, for viewer: Principal) -> ChatStream {
        ChatStream(chats: self, chat: chat, viewer: viewer)
    }

    fileprivate func open(
        _ chat: Chat.Address, for viewer: Principal, from point: RecoveryPoint?, at now: Timestamp
    ) async throws -> StreamOpening {
        var known: (epoch: String?, seq: Int)?
        switch point {
        case nil: break
        case .position(let position): known = (position.epoch, position.offset)
        case .since(let seconds):
            known = try await seq(at: seconds, in: chat).map { (nil, $0) } ?? (nil, -1)
        }
        let live = try await live(
            chat, viewer, known.map { .after(max(0, $0.seq)) } ?? .newest,
            known == nil ? 0 : StreamOpening.limit,
            now, maxBytes: StreamOpening.maxBytes)
        let position = StreamPosition(epoch: live.epoch, offset: live.seq)
        return StreamOpening(
            position: position, state: live.chatState,
            recovery: try await recovery(live, known, position, of: chat))
    }

    /// The last seq at that moment; nil when PostgreSQL, which alone knows, is away.
    private func seq(at seconds: Int, in chat: Chat.Address) async throws -> Int? {
        do {
            return try await coldChats.messageRows.lastSeq(
                chat, upTo: Timestamp(milliseconds: seconds * 1000))
        } catch let error as PostgresError {
            guard error.isTransient else { throw error }
            return nil
        }
    }

    private func recovery(
        _ live: LiveState, _ known: (epoch: String?, seq: Int)?, _ top: StreamPosition, of chat: Chat.Address
    ) async throws -> StreamOpening.Recovery {
        guard let known else { return .notAsked }
        guard known.epoch ?? top.epoch == top.epoch, (0...top.offset).contains(known.seq),
            top.offset - known.seq <= StreamOpening.limit
        else { return .lost }
        var messages = live.messages
        let missing = top.offset - known.seq - messages.count
        if missing > 0, live.isCut { return .lost }
        if missing > 0 {
            do {
                let cold = try await coldChats.messageRows.following(
                    chat, after: known.seq, limit: missing, bytes: StreamOpening.maxBytes)
                guard cold.count == missing else { return .lost }
                messages = try cold.map { try $0.json() } + messages
            } catch let error as PostgresError {
                guard error.isTransient else { throw error }
                return .lost
            }
        }
        let publications = messages.enumerated().map { index, message in
            Publication(
                Message.announcement(message),
                at: StreamPosition(epoch: top.epoch, offset: known.seq + 1 + index))
        }
        return .recovered(publications)
    }
}

extension Message {
    /// What everybody in the chat hears of a message; the same bytes that `messages/send` publishes.
    fileprivate static func announcement(_ message: ByteBuffer) -> ByteBuffer {
        var payload = ByteBufferAllocator().buffer(capacity: message.readableBytes + 40)
        payload.writeString(#"{"type":"new_message","message":"#)
        payload.writeImmutableBuffer(message)
        payload.writeInteger(UInt8(ascii: "}"))
        return payload
    }
}
