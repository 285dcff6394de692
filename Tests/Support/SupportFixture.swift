import Foundation
import NIOCore
import Postgres
import Realtime
import Redis
import Secrets
import Support

/// A fresh account with an inbox and an agent, and a desk to work at: all that keeps a test from all others.
///
///     let desk = try await SupportFixture.make()
///     let visitor = try await desk.contact()
///     try await desk.send("hello", from: visitor)
package struct SupportFixture: Sendable {
    package let world: TestWorld
    package let desk: SupportDesk
    package let account: Account.ID
    package let inbox: Inbox
    package let websiteToken: String
    package let identitySecret: String
    package let agent: AgentSession
    /// What the agent holds after logging in.
    package let agentToken: String
    package let agentEmail: String
    package static let agentPassword = "correct horse battery staple"

    /// A contact with their token.
    package struct Visitor: Sendable {
        package let session: ContactSession
        package let token: String

        package init(session: ContactSession, token: String) {
            self.session = session
            self.token = token
        }

        package var principal: Principal { .contact(session) }
        package var chat: Chat.Address {
            session.chat
        }
    }

    /// - Parameters:
    ///   - world: the shared one when not given.
    ///   - configure: changes rules; the limits are out of the way unless set here.
    package static func make(
        in world: TestWorld? = nil, role: Role = .agent, cell: Cell = Cell(0),
        _ configure: (inout SupportConfiguration) -> Void = { _ in }
    ) async throws -> SupportFixture {
        let world = if let world { world } else { try await TestWorld.shared() }
        let desk = try makeDesk(in: world, configure)
        let (account, inbox) = (Account.ID.new(), Inbox.ID.new())
        let (login, agent) = (Identifier<Login>.new(), Identifier<Agent>.new())
        let (website, secret, token) = (
            RandomToken.make(bytes: 12), RandomToken.make(bytes: 12), RandomToken.make(bytes: 32)
        )
        let email = "\(login)@example.com"
        try await world.postgres.query([
            "INSERT INTO accounts (id, name, cell) VALUES (\(account.uuid), 'Fixture', \(cell.number))",
            """
            INSERT INTO inboxes (account_id, id, name, website_token, settings)
            VALUES (\(account.uuid), \(inbox.uuid), 'Website', \(website),
                jsonb_build_object('identity_secret', \(secret)::text, 'greeting', 'Hello!'))
            """,
            """
            INSERT INTO logins (id, email, password_hash)
            VALUES (\(login.uuid), \(email), \(try await TestWorld.passwords.hash(agentPassword)))
            """,
            """
            INSERT INTO agents (account_id, id, login_id, name, role)
            VALUES (\(account.uuid), \(agent.uuid), \(login.uuid), 'Ann', \(role.rawValue))
            """,
            """
            INSERT INTO login_tokens (id, login_id, token_sha256, expires_at)
            VALUES (\(UUID()), \(login.uuid), \(Digest.sha256Hex(token)), now() + interval '1 day')
            """,
        ])
        return SupportFixture(
            world: world, desk: desk, account: account,
            inbox: try await desk.inboxes.find(websiteToken: website, at: .now()),
            websiteToken: website, identitySecret: secret,
            agent: try await desk.logins.authenticate(token: token, account: nil, at: .now()),
            agentToken: token, agentEmail: email)
    }

    /// Another desk in the same world, as another process would have.
    package static func makeDesk(
        in world: TestWorld, _ configure: (inout SupportConfiguration) -> Void = { _ in }
    ) throws -> SupportDesk {
        var configuration = SupportConfiguration()
        let unlimited = RateLimit(burst: 1_000_000, per: .milliseconds(1))
        configuration.contactMessages = unlimited
        configuration.agentMessages = unlimited
        configuration.addressMessages = unlimited
        configuration.contactMarks = unlimited
        configuration.agentMarks = unlimited
        configuration.sessionsPerAddress = unlimited
        configuration.loginsPerAddress = unlimited
        configuration.loginsPerEmail = unlimited
        configure(&configuration)
        return try SupportDesk(
            configuration: configuration, postgres: world.postgres, redis: world.redis,
            scripts: try TestWorld.scripts(), keyring: try TestWorld.keyring.get(),
            passwords: TestWorld.passwords)
    }

    package var staff: Principal { .agent(agent) }

    /// Another agent of the account.
    package func colleague(_ name: String) async throws -> AgentSession {
        let session = AgentSession(
            cell: inbox.cell, loginID: .new(), accountID: account, agentID: .new(), name: name, role: .agent)
        try await world.postgres.query([
            """
            INSERT INTO logins (id, email, password_hash)
            VALUES (\(session.loginID.uuid), \("\(session.loginID)@example.com"), 'none')
            """,
            """
            INSERT INTO agents (account_id, id, login_id, name, role)
            VALUES (\(account.uuid), \(session.agentID.uuid), \(session.loginID.uuid), \(name), 'agent')
            """,
        ])
        return session
    }

    // MARK: What people do

    package func contact(
        name: String? = nil, email: String? = nil, locale: String? = nil
    ) async throws -> Visitor {
        var introduction = Contacts.Introduction()
        (introduction.name, introduction.email, introduction.locale) = (name, email, locale)
        let begun = try await desk.contacts.begin(introduction, in: inbox, at: .now())
        return Visitor(session: begun.session, token: begun.token)
    }

    /// Writes as the visitor and returns the message as the visitor gets it.
    @discardableResult
    package func send(
        _ content: String, from visitor: Visitor, clientID: String? = nil, at now: Timestamp = .now()
    ) async throws -> Message {
        try await send(content, from: visitor.principal, to: visitor.chat, clientID: clientID, at: now)
    }

    /// Writes as the agent.
    @discardableResult
    package func answer(
        _ content: String, to visitor: Visitor, clientID: String? = nil, at now: Timestamp = .now()
    ) async throws -> Message {
        try await send(content, from: staff, to: visitor.chat, clientID: clientID, at: now)
    }

    @discardableResult
    package func send(
        _ content: String, from sender: Principal, to chat: Chat.Address, clientID: String? = nil,
        at now: Timestamp = .now()
    ) async throws -> Message {
        let draft = try MessageDraft(
            content: content, clientID: clientID, limit: desk.configuration.messageCharacters)
        switch try await desk.messages.send(draft, to: chat, from: sender, at: now) {
        case .accepted(let json), .duplicate(let json):
            return try JSONDecoder().decode(Message.self, from: Data(json.readableBytesView))
        }
    }

    // MARK: What happens meanwhile

    package func persister(_ desk: SupportDesk? = nil) -> Persister {
        let desk = desk ?? self.desk
        return Persister(
            journal: desk.journals[inbox.cell.number], postgres: world.postgres,
            announcements: desk.announcements,
            logger: TestWorld.quiet)
    }

    /// Brings everything that is in the journal at this moment to PostgreSQL, other tests' facts included.
    package func persist() async throws {
        let journal = desk.journals[inbox.cell.number]
        let target = try await journal.lastID()
        let persister = persister()
        while true {
            do {
                var position = try await persister.resume()
                while isJournalID(target, after: position) {
                    let entries = try await journal.entries(after: position, limit: 1000)
                    guard let last = entries.last else { return }
                    try await persister.consume(entries, after: position)
                    try await journal.advance(Persister.name, to: last.id, of: [Persister.name])
                    position = last.id
                }
                return
            } catch is Persister.Overtaken {
                continue  // another test does the same at this moment
            } catch is Persister.FellBack {
                continue  // and begins anew, as its reader does
            }
        }
    }

    /// Makes Redis forget a chat, as after its idle time.
    package func forget(_ chat: Chat.Address) async throws {
        _ = try await world.redis.send([
            "DEL", .string(chat.state), .string(chat.history), .string(chat.clients),
        ])
    }

    /// A number that a query of this account gives, asked as the owner of the tables.
    package func count(_ sql: SQL) async throws -> Int {
        try await world.postgres.query("SELECT (\(sql))::bigint AS n")[0].decode("n")
    }

    /// How many messages PostgreSQL has of a chat.
    package func rows(of chat: Chat.Address) async throws -> Int {
        try await count(
            """
            SELECT count(*) FROM support_messages
            WHERE account_id = \(chat.accountID.uuid) AND chat_id = \(chat.chatID.uuid)
            """)
    }
}
