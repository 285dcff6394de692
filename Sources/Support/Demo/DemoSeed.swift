import Foundation
import Postgres
import Secrets

/// A small company to try things with: account Acme, a website inbox with the token `demo`, three people.
/// For development only; planting it twice changes nothing.
package struct DemoSeed: Sendable {
    package static let password = "switchboard"
    package static let people: [(name: String, email: String, role: Role)] = [
        ("Ada Min", "admin@example.com", .administrator),
        ("Ann", "ann@example.com", .agent),
        ("Bob", "bob@example.com", .agent),
    ]

    private let postgres: PostgresPool
    private let passwords: PasswordHasher

    package init(postgres: PostgresPool, passwords: PasswordHasher) {
        self.postgres = postgres
        self.passwords = passwords
    }

    /// Returns whether it was planted now; false when it was there.
    package func plant() async throws -> Bool {
        var statements: [SQL] = []
        let account = Account.ID.new()
        statements.append("INSERT INTO accounts (id, name) VALUES (\(account.uuid), 'Acme')")
        statements.append(
            """
            INSERT INTO inboxes (account_id, id, name, website_token, settings)
            VALUES (\(account.uuid), \(Inbox.ID.new().uuid), 'Acme website', 'demo',
                '{"greeting": "Hello! How can we help?", "color": "#1f6feb"}')
            """)
        for person in Self.people {
            let login = Identifier<Login>.new()
            let hash = try await passwords.hash(Self.password)
            statements.append(
                "INSERT INTO logins (id, email, password_hash) VALUES (\(login.uuid), \(person.email), \(hash))")
            statements.append(
                """
                INSERT INTO agents (account_id, id, login_id, name, role)
                VALUES (\(account.uuid), \(Agent.ID.new().uuid), \(login.uuid), \(person.name),
                    \(person.role.rawValue))
                """)
        }
        do {
            try await postgres.query(statements)
            return true
        } catch where error.isUniqueViolation {
            return false
        }
    }
}
