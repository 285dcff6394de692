import NIOCore
import Realtime
import Redis
import Secrets

/// What sockets leave behind: their subscriptions, for a client that was cut off and comes back.
///
/// A contact comes back by the session's id alone, once; staff have to say who they are as well, as an id that
/// outlives a log-out must open nothing.
package struct Sessions: Sendable {
    private let redis: RedisClient
    /// Seconds that a session stays restorable after it was last written down.
    private let lifetime = 400

    package init(redis: RedisClient) { self.redis = redis }

    /// A bearer secret: whoever has it may go on where the session stopped.
    package static func freshID() -> String { RandomToken.make(bytes: 16) }

    /// Does not wait: a session that could not be written down only costs its client some subscribing.
    package func keep(_ id: String, of principal: Principal, subscriptions: [String]) {
        guard let who = try? principal.stored() else { return }  // it can always be encoded
        let lines = [who] + subscriptions.map { JSONText.string($0) }
        redis.submit(
            ["SET", .string(key(id)), .string(lines.joined(separator: "\n")), "EX", .integer(lifetime)]
        ) { _ in }
    }

    /// Takes a session away to restore it; nil when there is none, or not for `caller`.
    package func take(
        _ id: String, for caller: Principal?
    ) async throws -> (principal: Principal, subscriptions: [String])? {
        guard let found = try await redis.send(["GETDEL", .string(key(id))]).bytes else { return nil }
        guard let (principal, subscriptions) = Self.read(found) else { return nil }
        if let end = principal.expiresAt, end <= .now() { return nil }
        switch (principal, caller) {
        case (.contact, nil): break
        case (.contact(let session), .contact(let now)) where session.chatID == now.chatID: break
        case (.agent(let session), .agent(let now)) where session.isSamePerson(as: now): break
        default: return nil
        }
        return (caller ?? principal, subscriptions)
    }

    /// A line for whose it is, and one for each subscription. Nil when it was written by another release: its client
    /// subscribes again.
    private static func read(_ text: ByteBuffer) -> (Principal, [String])? {
        let lines = text.readableBytesView.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, let who = try? Principal(stored: ByteBuffer(first)) else { return nil }
        var subscriptions: [String] = []
        for line in lines.dropFirst() {
            guard let subscription = JSONText.decoded(ByteBuffer(line)) else { return nil }
            subscriptions.append(subscription)
        }
        return (who, subscriptions)
    }

    /// Redis holds a digest only: whoever can read its keys cannot use what they read.
    private func key(_ id: String) -> String { "session:\(Digest.sha256Hex(id))" }
}

extension AgentSession {
    fileprivate func isSamePerson(as other: AgentSession) -> Bool {
        accountID == other.accountID && agentID == other.agentID && loginID == other.loginID
    }
}
