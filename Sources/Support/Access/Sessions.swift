import Foundation
import NIOCore
import Redis
import Secrets

/// What sockets leave behind: their subscriptions, for a client that was cut off and comes back.
///
/// A contact comes back by the session's id alone, once; staff have to say who they are as well, as an id that
/// outlives a log-out must open nothing.
package struct Sessions: Sendable {
    private struct Kept: Codable {
        let principal: Principal
        let subscriptions: [String]
    }

    private let redis: RedisClient
    /// Seconds that a session can be restored after it was last heard of.
    private let lifetime = 300

    package init(redis: RedisClient) { self.redis = redis }

    /// A bearer secret: whoever has it may go on where the session stopped.
    package static func freshID() -> String { RandomToken.make(bytes: 16) }

    /// Does not wait: a session that could not be written down only costs its client some subscribing.
    package func keep(_ id: String, of principal: Principal, subscriptions: [String]) {
        // These types can always be encoded.
        guard let text = try? JSONEncoder().encode(Kept(principal: principal, subscriptions: subscriptions))
        else { return }
        redis.submit(
            ["SET", .string(key(id)), .bytes(ByteBuffer(bytes: text)), "EX", .integer(lifetime)]) { _ in }
    }

    /// Takes a session away to restore it; nil when there is none, or not for `caller`.
    package func take(
        _ id: String, for caller: Principal?
    ) async throws -> (principal: Principal, subscriptions: [String])? {
        guard let found = try await redis.send(["GETDEL", .string(key(id))]).bytes else { return nil }
        let kept = try JSONDecoder().decode(Kept.self, from: Data(found.readableBytesView))
        if let end = kept.principal.expiresAt, end <= .now() { return nil }
        switch (kept.principal, caller) {
        case (.contact, nil): break
        case (.contact(let session), .contact(let now)) where session.chatID == now.chatID: break
        case (.agent(let session), .agent(let now)) where session.isSamePerson(as: now): break
        default: return nil
        }
        return (caller ?? kept.principal, kept.subscriptions)
    }

    /// Redis holds a digest only: whoever can read its keys cannot use what they read.
    private func key(_ id: String) -> String { "session:\(Digest.sha256Hex(id))" }
}

extension AgentSession {
    fileprivate func isSamePerson(as other: AgentSession) -> Bool {
        accountID == other.accountID && agentID == other.agentID && loginID == other.loginID
    }
}
