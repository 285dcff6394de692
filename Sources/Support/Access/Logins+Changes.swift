import Postgres
import Realtime
import Redis
import Secrets

extension Logins {
    /// What is remembered of an agent's tokens is asked for anew, with the next request.
    func forget(_ agent: Agent.ID, of account: Account.ID) async throws {
        let digests = try await rows.tokens(of: agent, in: account)
        _ = try await redis.pipeline(digests.map { ["DEL", .string(key($0))] })
    }

    /// Changes the password of whoever asks, and ends their log-ins everywhere but here.
    ///
    /// Throws `SupportError.invalid` for `old_password` that is not right, and for `password`.
    package func change(password: String, from old: String, of agent: AgentSession) async throws {
        let stored = try await rows.password(of: agent.loginID)
        guard let stored, try await verify(old, against: stored) != .differs else {
            throw SupportError.invalid(field: "old_password", "It is not right.")
        }
        let hash = try await Hiring.hashed(password, passwords)
        try await rows.set(password: hash, of: agent.loginID)
        for digest in try await rows.deleteTokens(of: agent.loginID, but: agent.tokenDigest ?? "") {
            try await revoke(digest)
        }
    }
}
