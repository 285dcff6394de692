import Foundation
import Postgres
import Realtime

/// Logins and their tokens in PostgreSQL. They stand outside the accounts, so no account's scope applies.
struct LoginRows: Sendable {
    struct Login: Sendable {
        let id: Identifier<Support.Login>
        let passwordHash: String
    }

    /// A signed-in person with all the places they work in.
    struct Person: Codable, Sendable {
        struct Place: Codable, Sendable {
            let accountID: Account.ID
            let accountName: String
            let agentID: Agent.ID
            let name: String
            let role: Role
            /// The account's; nil in what an earlier version left in Redis, when there was but one.
            var cell: Int?
        }
        let loginID: Identifier<Support.Login>
        let email: String
        let agents: [Place]
        /// When the token ends; nil in what an earlier version left in Redis.
        var expiresAt: Timestamp?

        func session(_ agent: Place, token digest: String) -> AgentSession {
            AgentSession(
                cell: Cell(agent.cell ?? 0), loginID: loginID, accountID: agent.accountID,
                agentID: agent.agentID, name: agent.name,
                role: agent.role, tokenDigest: digest, expiresAt: expiresAt)
        }
    }

    let postgres: PostgresPool

    func find(email: String) async throws -> Login? {
        let rows = try await postgres.query(
            "SELECT id, password_hash FROM logins WHERE lower(email) = lower(\(email))")
        return try rows.first.map { row in
            Login(id: Identifier(try row.decode("id")), passwordHash: try row.decode("password_hash"))
        }
    }

    func insertToken(
        digest: String, login: Identifier<Support.Login>, at now: Timestamp, expiresAt: Timestamp
    ) async throws {
        _ = try await postgres.query(
            """
            INSERT INTO login_tokens (id, login_id, token_sha256, created_at, expires_at)
            VALUES (\(Identifier<Support.Login>.new(at: now).uuid), \(login.uuid), \(digest), \(now.date),
                \(expiresAt.date))
            """)
    }

    func deleteToken(digest: String) async throws {
        _ = try await postgres.query("DELETE FROM login_tokens WHERE token_sha256 = \(digest)")
    }

    /// The digests of all tokens of the person who is this agent.
    func tokens(of agent: Agent.ID, in account: Account.ID) async throws -> [String] {
        let rows = try await postgres.query(
            """
            SELECT t.token_sha256 FROM agents a JOIN login_tokens t ON t.login_id = a.login_id
            WHERE a.account_id = \(account.uuid) AND a.id = \(agent.uuid)
            """)
        return try rows.map { try $0.decode("token_sha256") }
    }

    func password(of login: Identifier<Support.Login>) async throws -> String? {
        let rows = try await postgres.query("SELECT password_hash FROM logins WHERE id = \(login.uuid)")
        return try rows.first?.decode("password_hash")
    }

    func set(password hash: String, of login: Identifier<Support.Login>) async throws {
        _ = try await postgres.query(
            "UPDATE logins SET password_hash = \(hash) WHERE id = \(login.uuid)")
    }

    /// All of a login but one. Returns the digests of those that are gone.
    func deleteTokens(of login: Identifier<Support.Login>, but digest: String) async throws -> [String] {
        let rows = try await postgres.query(
            """
            DELETE FROM login_tokens WHERE login_id = \(login.uuid) AND token_sha256 <> \(digest)
            RETURNING token_sha256
            """)
        return try rows.map { try $0.decode("token_sha256") }
    }

    func person(token digest: String, at now: Timestamp) async throws -> Person? {
        let rows = try await postgres.query(
            """
            SELECT t.expires_at, l.id AS login_id, l.email, a.id AS agent_id, a.name, a.role, c.id AS account_id,
                c.name AS account_name, c.cell
            FROM login_tokens t
            JOIN logins l ON l.id = t.login_id
            JOIN agents a ON a.login_id = l.id AND a.suspended_at IS NULL
            JOIN accounts c ON c.id = a.account_id AND c.suspended_at IS NULL
            WHERE t.token_sha256 = \(digest) AND t.expires_at > \(now.date)
            ORDER BY a.created_at, c.id
            """)
        guard let first = rows.first else { return nil }
        return Person(
            loginID: Identifier(try first.decode("login_id")), email: try first.decode("email"),
            agents: try rows.map { row in
                Person.Place(
                    accountID: Identifier(try row.decode("account_id")),
                    accountName: try row.decode("account_name"),
                    agentID: Identifier(try row.decode("agent_id")), name: try row.decode("name"),
                    role: Role(rawValue: try row.decode("role")) ?? .agent, cell: try row.decode("cell"))
            }, expiresAt: Timestamp(try first.decode("expires_at", as: Date.self)))
    }
}
