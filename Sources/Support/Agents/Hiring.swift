import Foundation
import Postgres
import Secrets

/// Who works for an account, and as what. Administrators alone; nobody changes their own role or sends themselves away,
/// so an account that has an administrator keeps one.
package struct Hiring: Sendable {
    static let nameCharacters = 100
    static let passwordCharacters = 10...200

    let postgres: PostgresPool
    let passwords: PasswordHasher
    let logins: Logins
    let setup: AssignmentSetup

    /// A new member of staff with a first password; or one who was sent away comes back, with the password they had.
    ///
    /// An address that is somebody's already is refused: whoever registered it first chose its password, and would
    /// be let in here. Throws `SupportError.invalid` for `name`, `email` and `password`.
    package func hire(
        name: String, email: String, password: String, role: Role, by agent: AgentSession
    ) async throws -> Agent.ID {
        try agent.require(.administrator)
        let name = try Self.checked(name)
        guard email.utf8.count <= 254, email.wholeMatch(of: /[^\s@\u{0}]+@[^\s@\u{0}]+/) != nil else {
            throw SupportError.invalid(field: "email", "It is no e-mail address.")
        }
        let hash = try await Self.hashed(password, passwords)
        let id = Agent.ID.new()
        // Logins stand outside the accounts, so no account's scope applies.
        let made = try await postgres.query(
            """
            WITH login AS (
                INSERT INTO logins (id, email, password_hash)
                VALUES (\(Identifier<Login>.new().uuid), \(email), \(hash))
                ON CONFLICT (lower(email)) DO NOTHING RETURNING id
            )
            INSERT INTO agents (account_id, id, login_id, name, role)
            SELECT \(agent.accountID.uuid), \(id.uuid), login.id, \(name), \(role.rawValue) FROM login RETURNING id
            """)
        let back =
            made.isEmpty
            ? try await postgres.query(
                """
                UPDATE agents SET suspended_at = NULL, name = \(name), role = \(role.rawValue)
                FROM logins l
                WHERE account_id = \(agent.accountID.uuid) AND l.id = login_id AND lower(l.email) = lower(\(email))
                    AND suspended_at IS NOT NULL RETURNING agents.id
                """) : made
        guard let row = back.first else {
            throw SupportError.conflict(code: "email_taken", "Somebody has this address already.")
        }
        try await setup.prepare(agent.accountID, in: agent.cell)
        return Identifier(try row.decode("id", as: UUID.self))
    }

    /// In force with their next request.
    package func change(_ other: Agent.ID, role: Role, by agent: AgentSession) async throws {
        try Self.mayChange(other, agent)
        let changed = try await postgres.query(
            """
            UPDATE agents SET role = \(role.rawValue)
            WHERE account_id = \(agent.accountID.uuid) AND id = \(other.uuid) AND suspended_at IS NULL RETURNING id
            """, in: .account(agent.accountID))
        guard !changed.isEmpty else { throw SupportError.notFound("agent") }
        try await logins.forget(other, of: agent.accountID)
    }

    /// Sends somebody away: they are let in nowhere any more, and what they had goes back to its lines.
    package func remove(_ other: Agent.ID, by agent: AgentSession) async throws {
        try Self.mayChange(other, agent)
        let changed = try await postgres.query(
            """
            UPDATE agents SET suspended_at = now()
            WHERE account_id = \(agent.accountID.uuid) AND id = \(other.uuid) AND suspended_at IS NULL RETURNING id
            """, in: .account(agent.accountID))
        guard !changed.isEmpty else { throw SupportError.notFound("agent") }
        try await logins.forget(other, of: agent.accountID)
        try await setup.prepare(agent.accountID, in: agent.cell)
    }

    /// One's own name, as contacts and colleagues see it.
    package func rename(_ agent: AgentSession, to name: String) async throws {
        let name = try Self.checked(name)
        _ = try await postgres.query(
            "UPDATE agents SET name = \(name) WHERE account_id = \(agent.accountID.uuid) AND id = \(agent.agentID.uuid)",
            in: .account(agent.accountID))
        try await logins.forget(agent.agentID, of: agent.accountID)
        try await setup.prepare(agent.accountID, in: agent.cell)
    }

    /// Throws `SupportError.invalid` for `password`; `.unavailable` while too many are being hashed.
    static func hashed(_ password: String, _ passwords: PasswordHasher) async throws -> String {
        guard passwordCharacters.contains(password.count), !password.utf8.contains(0) else {
            throw SupportError.invalid(
                field: "password",
                "It has \(passwordCharacters.lowerBound) to \(passwordCharacters.upperBound) characters.")
        }
        do {
            return try await passwords.hash(password)
        } catch {
            guard error.code == .busy else { throw error }
            throw SupportError.unavailable("Too many people are logging in; try again in a few seconds.")
        }
    }

    private static func mayChange(_ other: Agent.ID, _ agent: AgentSession) throws(SupportError) {
        try agent.require(.administrator)
        if other == agent.agentID { throw .forbidden("Another administrator has to do this.") }
    }

    private static func checked(_ name: String) throws(SupportError) -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...nameCharacters).contains(name.count), !name.utf8.contains(0) else {
            throw .invalid(field: "name", "It has 1 to \(nameCharacters) characters.")
        }
        return name
    }
}
