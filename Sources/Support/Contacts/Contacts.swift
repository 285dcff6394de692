import Foundation
import Postgres
import Redis
import Secrets

/// Contacts beginning a session: new ones, returning ones, and ones whom the customer's site identifies.
package struct Contacts: Sendable {
    /// What the page says of its visitor.
    package struct Introduction: Sendable {
        package var contactToken: String?
        package var identifier: String?
        package var identifierHash: String?
        package var identityToken: String?
        package var name: String?
        package var email: String?
        package var locale: String?
        package var attributes = ContactAttributes()

        package init() {}

        /// Whether there is anything to keep; an anonymous page view leaves no trace.
        var says: Bool {
            identifier != nil || identityToken != nil || name != nil || email != nil
                || !attributes.values.isEmpty
        }
    }

    package struct Session: Sendable {
        package let token: String
        package let session: ContactSession
        package let contact: Contact
    }

    private let rows: ContactRows
    private let chatRows: ChatRows
    private let tokens: ContactTokens
    private let redis: RedisClient
    private let scripts: ChatScripts

    init(
        postgres: PostgresPool, tokens: ContactTokens, redis: RedisClient, scripts: ChatScripts
    ) {
        rows = ContactRows(postgres: postgres)
        chatRows = ChatRows(postgres: postgres)
        self.tokens = tokens
        self.redis = redis
        self.scripts = scripts
    }

    /// Begins, renews, or identifies a session in an inbox.
    ///
    /// - An unknown visitor gets ids and a token, and no row anywhere until they write or say who they are.
    /// - A token of this inbox goes on with its contact and chat.
    /// - An `identifier` names the customer's own user, and is believed with the right `identifier_hash` only.
    /// - So does an `identity_token`, which proves itself; what it says wins.
    package func begin(_ introduction: Introduction, in inbox: Inbox, at now: Timestamp) async throws
        -> Session
    {
        let isProven = introduction.identityToken != nil
        let introduction = isProven ? try await identified(introduction, in: inbox, at: now) : introduction
        try validate(introduction)
        var session = ContactSession(
            cell: inbox.cell, accountID: inbox.accountID, inboxID: inbox.id, contactID: .new(at: now),
            chatID: .new(at: now))
        if let token = introduction.contactToken {
            let known = try tokens.verify(token, at: now)
            guard known.accountID == inbox.accountID, known.inboxID == inbox.id else {
                throw SupportError.unauthorized(code: "invalid_token", "The token belongs to another inbox.")
            }
            session = known
        }
        var contact = Contact(id: session.contactID, name: introduction.name, email: introduction.email)
        if introduction.says {
            if let identifier = introduction.identifier, !isProven {
                try await verify(identifier, introduction.identifierHash, inbox)
            }
            contact = try await rows.save(introduction, session, at: now)
            session = ContactSession(
                cell: inbox.cell, accountID: session.accountID, inboxID: session.inboxID,
                contactID: contact.id,
                chatID: contact.id == session.contactID ? session.chatID : .new(at: now))
            let chatID = try await chatRows.findOrCreate(session, at: now)
            session = ContactSession(
                cell: inbox.cell, accountID: session.accountID, inboxID: session.inboxID,
                contactID: contact.id,
                chatID: chatID)
            try await describe(contact, in: session)
        } else if introduction.contactToken != nil, let known = try? await rows.find(session) {
            contact = known  // with PostgreSQL away the name is missing, nothing else
        }
        session.expiresAt = tokens.end(ofOneIssuedAt: now)
        return Session(token: try tokens.issue(session, at: now), session: session, contact: contact)
    }

    package func authenticate(token: String, at now: Timestamp) throws(SupportError) -> ContactSession {
        try tokens.verify(token, at: now)
    }

    private func validate(_ introduction: Introduction) throws {
        let fields = [
            ("identifier", introduction.identifier, 200), ("name", introduction.name, 200),
            ("email", introduction.email, 254), ("locale", introduction.locale, 35),
        ]
        for (field, value, limit) in fields {
            guard let value else { continue }
            guard value.count <= limit, !value.utf8.contains(where: { $0 < 0x20 }), !value.isEmpty else {
                throw SupportError.invalid(
                    field: field, "It has 1 to \(limit) characters and no control characters.")
            }
        }
        try introduction.attributes.validate()
        if let email = introduction.email,
            email.split(separator: "@", omittingEmptySubsequences: false).count != 2
        {
            throw SupportError.invalid(field: "email", "It is an e-mail address: name@example.com.")
        }
    }

    /// The introduction with what its identity token says.
    private func identified(
        _ introduction: Introduction, in inbox: Inbox, at now: Timestamp
    ) async throws -> Introduction {
        guard let token = introduction.identityToken, let secret = try await rows.identitySecret(of: inbox),
            let identity = IdentityToken(token, secret: secret, at: now)
        else {
            throw SupportError.unauthorized(
                code: "invalid_identity",
                "identity_token is no HS256 token with sub and exp that this inbox's identity secret has signed, or it has expired."
            )
        }
        var introduction = introduction
        introduction.identifier = identity.identifier
        introduction.name = identity.name ?? introduction.name
        introduction.email = identity.email ?? introduction.email
        return introduction
    }

    /// HMAC-SHA256 of the identifier with the inbox's secret, in hex, as the customer's server computes it.
    private func verify(_ identifier: String, _ hash: String?, _ inbox: Inbox) async throws {
        guard let hash, let secret = try await rows.identitySecret(of: inbox),
            constantTimeEquals(
                hash.lowercased(),
                hmacSHA256(key: secret.utf8, identifier.utf8).map {
                    String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
                }
                .joined())
        else {
            throw SupportError.unauthorized(
                code: "invalid_identity",
                "identifier_hash is not the HMAC-SHA256 of the identifier with this inbox's identity secret.")
        }
    }

    /// A chat that is warm already shows the new name in the staff's list at once.
    private func describe(_ contact: Contact, in session: ContactSession) async throws {
        let chat = session.chat
        _ = try await redis.evaluate(
            scripts.describe, keys: [chat.state],
            arguments: [.string(ChatSeed.card(email: contact.email, name: contact.name))])
    }
}
