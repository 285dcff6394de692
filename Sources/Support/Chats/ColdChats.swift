import Foundation
import Postgres
import Realtime
import Redis

/// Warming chats that Redis does not know: idle ones that expired, all of them after Redis was lost, and new ones.
///
/// Sequence numbers, resends and receipts survive this because the state is built from what PostgreSQL has, in
/// one script call that does nothing if somebody else was faster.
struct ColdChats: Sendable {
    let redis: RedisClient
    let scripts: ChatScripts
    let chatRows: ChatRows
    let messageRows: MessageRows
    let configuration: SupportConfiguration

    /// Makes a script call on a chat; when it answers `cold`, warms the chat and makes it again.
    ///
    /// - Parameter caller: a contact's own chat may be new; anybody else's must exist. Nil is the system.
    func warm(
        _ chat: Chat.Address, for caller: Principal?, at now: Timestamp, _ call: () async throws -> RESPValue
    ) async throws -> RESPValue {
        // A second round covers a cell whose epoch changed between seeding and the repeated call.
        for _ in 0..<3 {
            let reply = try await call()
            guard reply.array?.first?.text == "cold" else { return reply }
            try await seed(chat, for: caller, at: now)
        }
        throw SupportError.unavailable("The chat could not be opened; try again.")
    }

    /// Warms a chat that PostgreSQL must know, for nobody in particular.
    func warm(_ chat: Chat.Address) async throws { try await seed(chat, for: nil, at: .now()) }

    private func seed(_ chat: Chat.Address, for caller: Principal?, at now: Timestamp) async throws {
        let known: ChatSeed
        do {
            if let stored = try await stored(chat) {
                known = stored
            } else if case .contact(let session)? = caller, session.chatID == chat.chatID {
                known = ChatSeed.newborn(session, at: now)
            } else {
                throw SupportError.notFound("chat")
            }
        } catch let error as PostgresError where error.isTransient {
            throw SupportError.unavailable("This chat cannot be opened at the moment; try again soon.")
        }
        let reply = try await redis.evaluate(
            scripts.seed, keys: [chat.state, chat.history, chat.clients, chat.cell.state],
            arguments: [
                .string(Epoch.fresh()),
                .integer(Int(configuration.chatIdleExpiry.components.seconds)),
                .string(String(decoding: try JSONEncoder().encode(known), as: UTF8.self)),
                configuration.deskOptions,
            ])
        if reply.array?.first?.text == "recovering" {
            throw SupportError.unavailable("Messages are being brought to safety; try again in a moment.")
        }
    }

    private func stored(_ chat: Chat.Address) async throws -> ChatSeed? {
        guard let row = try await chatRows.find(chat) else { return nil }
        let messages = try await messageRows.newest(chat, limit: configuration.historyLength)
        let clients = try await messageRows.clientIDs(chat, limit: configuration.rememberedClientIDs)
        let reads = try await chatRows.reads(chat)
        return try ChatSeed(row, messages: messages, clients: clients, reads: reads)
    }
}
