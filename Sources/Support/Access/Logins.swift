import Foundation
import Postgres
import Redis
import Secrets

/// Signing in and out, and knowing a signed-in person again.
///
/// PostgreSQL is the truth; what it said is kept in Redis, asked again after a minute, and believed for as long
/// as PostgreSQL is away, so that agents can go on working then (DESIGN, promise 5).
package struct Logins: Sendable {
    package struct SignedIn: Sendable {
        package let token: String
        package let session: AgentSession
        package let email: String
        package let accounts: [Account]
    }

    /// What Redis keeps of a token.
    private struct Known: Codable {
        var person: LoginRows.Person
        var checkedAt: Timestamp
    }

    let rows: LoginRows
    let redis: RedisClient
    let passwords: PasswordHasher
    private let lifetime: Duration
    private let recheck: Duration = .seconds(60)

    package init(postgres: PostgresPool, redis: RedisClient, passwords: PasswordHasher, lifetime: Duration) {
        rows = LoginRows(postgres: postgres)
        self.redis = redis
        self.passwords = passwords
        self.lifetime = lifetime
    }

    /// The same refusal, after the same work, for an unknown address and a wrong password.
    package func signIn(email: String, password: String, at now: Timestamp) async throws -> SignedIn {
        let refusal = SupportError.unauthorized(
            code: "invalid_credentials", "The e-mail address or the password is not right.")
        let login = try await rows.find(email: email)
        let verdict = try await verify(password, against: login?.passwordHash)
        guard let login, verdict != .differs else { throw refusal }

        let token = RandomToken.make(bytes: 32)
        let digest = Digest.sha256Hex(token)
        try await rows.insertToken(
            digest: digest, login: login.id, at: now, expiresAt: now.adding(lifetime))
        guard let person = try await rows.person(token: digest, at: now), let agent = person.agents.first
        else {
            throw refusal
        }
        try await remember(person, digest, at: now)
        return SignedIn(
            token: token, session: person.session(agent, token: digest), email: person.email,
            accounts: person.agents.map { Account(id: $0.accountID, name: $0.accountName) })
    }

    /// The token is worth nothing any more, and all gateways are told so.
    package func signOut(token: String) async throws {
        let digest = Digest.sha256Hex(token)
        try await rows.deleteToken(digest: digest)
        try await revoke(digest)
    }

    func revoke(_ digest: String) async throws {
        _ = try await redis.send(["DEL", .string(key(digest))])
        _ = try await redis.send([
            "SPUBLISH", .string(Revocation.channel), .string(Revocation.message(of: digest)),
        ])
    }

    /// Whether what once let a member of staff in still does. Throws what `authenticate` would: `.unauthorized` for a
    /// token that has ended, `.notFound` when they no longer work in that account.
    package func confirm(_ session: AgentSession, at now: Timestamp) async throws {
        guard let digest = session.tokenDigest else { return }
        guard try await person(digest, at: now).agents.contains(where: { $0.agentID == session.agentID })
        else { throw SupportError.notFound("account") }
    }

    /// - Parameter account: which of their accounts to work in; the first one when not given.
    package func authenticate(
        token: String, account: Account.ID?, at now: Timestamp
    ) async throws -> AgentSession {
        let digest = Digest.sha256Hex(token)
        let person = try await person(digest, at: now)
        guard
            let agent = account.map({ id in person.agents.first { $0.accountID == id } })
                ?? person.agents.first
        else { throw SupportError.notFound("account") }
        return person.session(agent, token: digest)
    }

    func verify(_ password: String, against hash: String?) async throws -> PasswordHasher.Verdict {
        do {
            return try await passwords.verify(password, against: hash)
        } catch let error where error.code == .busy {
            throw SupportError.unavailable("Too many people are logging in; try again in a few seconds.")
        }
    }

    private func person(_ digest: String, at now: Timestamp) async throws -> LoginRows.Person {
        let known = try await redis.send(["GET", .string(key(digest))]).bytes.map {
            try JSONDecoder().decode(Known.self, from: Data($0.readableBytesView))
        }
        if let known, now < known.checkedAt.adding(recheck) { return known.person }

        let person: LoginRows.Person?
        do {
            person = try await rows.person(token: digest, at: now)
        } catch let error as PostgresError where error.isTransient {
            if let known { return known.person }
            throw SupportError.unavailable("Signing in is not possible at the moment; try again soon.")
        }
        guard let person, !person.agents.isEmpty else {
            _ = try await redis.send(["DEL", .string(key(digest))])
            throw SupportError.unauthorized(code: "invalid_token", "The token is not valid; log in again.")
        }
        try await remember(person, digest, at: now)
        return person
    }

    private func remember(_ person: LoginRows.Person, _ digest: String, at now: Timestamp) async throws {
        let known = try JSONEncoder().encode(Known(person: person, checkedAt: now))
        _ = try await redis.send([
            "SET", .string(key(digest)), .string(String(decoding: known, as: UTF8.self)), "EX", "43200",
        ])
    }

    func key(_ digest: String) -> String { "login:\(digest)" }
}
