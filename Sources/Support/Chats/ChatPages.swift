import Foundation
import Postgres

/// Pages of a chat's messages, out of Redis as far as its hot history reaches and out of PostgreSQL beyond.
///
/// Both agree on every message, and Redis keeps all that PostgreSQL may not have yet; so where they overlap one of them
/// is left out, and between them there is never a hole.
struct ChatPages: Sendable {
    let messageRows: MessageRows

    /// Oldest first. `live` has what Redis gave for this range and limit.
    func page(
        _ live: LiveState, _ range: MessageRange, _ limit: Int, _ chat: Chat.Address
    ) async throws -> [Message] {
        let hot = try decode(live)
        switch range {
        case .after(let seq):
            if seq >= live.seq || hot.first?.seq == seq + 1 { return hot }
            let cold = try await reading { try await messageRows.following(chat, after: seq, limit: limit) }
            let known = cold.last?.seq ?? seq
            // Long messages make a page shorter; what follows it is the next one.
            if let first = hot.first?.seq, known + 1 < first { return cold }
            return Array((cold + hot.filter { $0.seq > known }).prefix(limit))
        case .newest, .before, .since:
            let top = if case .before(let seq) = range { seq - 1 } else { live.seq }
            let oldest = hot.first?.seq ?? top + 1
            // What was cut off may not be in PostgreSQL yet; it is the next page.
            if hot.count >= limit || oldest <= 1 || live.isCut { return hot }
            let cold = try await reading {
                try await messageRows.newest(chat, before: oldest, limit: limit - hot.count)
            }
            return cold + hot
        }
    }

    /// The `seq` after which the messages since a moment begin. PostgreSQL is asked only for what is older than the
    /// newest messages, which `live` has to hold.
    func seq(at moment: Timestamp, _ live: LiveState, _ chat: Chat.Address) async throws -> Int {
        let hot = try decode(live)
        if let last = hot.last(where: { $0.createdAt <= moment }) { return last.seq }
        if (hot.first?.seq ?? live.seq + 1) <= 1 { return 0 }
        return try await reading { try await messageRows.lastSeq(chat, upTo: moment) }
    }

    private func decode(_ live: LiveState) throws -> [Message] {
        try live.messages.map {
            try JSONDecoder().decode(Message.self, from: Data($0.readableBytesView))
        }
    }

    private func reading<T>(_ read: () async throws -> T) async throws -> T {
        do {
            return try await read()
        } catch let error as PostgresError where error.isTransient {
            throw SupportError.unavailable("Older messages cannot be read at the moment; try again soon.")
        }
    }
}
