import Foundation
import Postgres
import Secrets

/// A small company to try things with: account Acme, a website inbox with the token `demo`, three people.
/// For development only; planting it twice changes nothing.
package struct DemoSeed: Sendable {
    package static let password = "switchboard"
    /// The same wherever it is planted, so that config/development.yml can name it as the operators' account.
    package static let accountID = "0193a000-0000-7000-8000-00000000ac3e"
    package struct Person: Sendable {
        package let name: String
        package let email: String
        package let role: Role
    }

    package static let people = [
        Person(name: "Ada Min", email: "admin@example.com", role: .administrator),
        Person(name: "Ann", email: "ann@example.com", role: .agent),
        Person(name: "Bob", email: "bob@example.com", role: .agent),
    ]

    private let postgres: PostgresPool
    private let passwords: PasswordHasher
    private let cells: Int

    /// - Parameter cells: how many there are; the account comes into the one with the fewest accounts.
    package init(postgres: PostgresPool, passwords: PasswordHasher, cells: Int = 1) {
        self.cells = cells
        self.postgres = postgres
        self.passwords = passwords
    }

    /// Returns whether it was planted now; false when it was there.
    package func plant() async throws -> Bool {
        let there = try await postgres.query("SELECT FROM inboxes WHERE website_token = 'demo'")
        guard there.isEmpty else { return false }
        guard let account = Account.ID(Self.accountID) else { preconditionFailure("the demo's id is a UUID") }
        var statements = company(account)
        for person in Self.people {
            let hash = try await passwords.hash(Self.password)
            statements += member(person, of: account, hash: hash)
        }
        try await postgres.query(statements)
        return true
    }

    private func company(_ account: Account.ID) -> [SQL] {
        [
            """
            INSERT INTO accounts (id, name, cell)
            SELECT \(account.uuid), 'Acme', c FROM generate_series(0, \(cells - 1)::integer) c
            ORDER BY (SELECT count(*) FROM accounts WHERE cell = c), c LIMIT 1
            """,
            """
            INSERT INTO inboxes (account_id, id, name, website_token, settings)
            VALUES (\(account.uuid), \(Inbox.ID.new().uuid), 'Acme website', 'demo',
                '{"greeting": "Hello! How can we help?", "color": "#1f6feb"}')
            """,
        ]
    }

    private func member(
        _ person: Person, of account: Account.ID, hash: String
    ) -> [SQL] {
        let login = Identifier<Login>.new()
        return [
            "INSERT INTO logins (id, email, password_hash) VALUES (\(login.uuid), \(person.email), \(hash))",
            """
            INSERT INTO agents (account_id, id, login_id, name, role)
            VALUES (\(account.uuid), \(Agent.ID.new().uuid), \(login.uuid), \(person.name), \(person.role.rawValue))
            """,
        ]
    }
}
