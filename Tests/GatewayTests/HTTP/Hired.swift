import Foundation
import Postgres
import Secrets
import Support
import TestSupport

extension SupportFixture {
    /// The token of somebody new of this role.
    func hire(_ role: Role) async throws -> (token: String, id: UUID) {
        let (login, agent, token) = (UUID(), UUID(), RandomToken.make(bytes: 32))
        try await world.postgres.query([
            "INSERT INTO logins (id, email, password_hash) VALUES (\(login), \("\(login)@example.com"), 'none')",
            """
            INSERT INTO agents (account_id, id, login_id, name, role)
            VALUES (\(account.uuid), \(agent), \(login), 'Ada', \(role.rawValue))
            """,
            """
            INSERT INTO login_tokens (id, login_id, token_sha256, expires_at)
            VALUES (\(UUID()), \(login), \(Digest.sha256Hex(token)), now() + interval '1 day')
            """,
        ])
        return (token, agent)
    }
}
