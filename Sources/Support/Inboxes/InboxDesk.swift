import Foundation
import Postgres
import Secrets

/// The inboxes of an account as its administrators see and set them.
package struct InboxDesk: Sendable {
    package struct View: Encodable, Sendable {
        package let id: Inbox.ID
        package let name: String
        package let channel: String
        /// Public: it stands in the customer's page. Nil for an inbox that is no website's.
        package let websiteToken: String?
        package let settings: InboxSettings

        enum CodingKeys: String, CodingKey {
            case id, name, channel, settings
            case websiteToken = "website_token"
        }
    }

    /// So many of an account.
    static let limit = 200
    static let nameCharacters = 100
    static let greetingCharacters = 1000

    let postgres: PostgresPool
    let setup: AssignmentSetup

    /// All of them, by name.
    package func list(_ account: Account.ID) async throws -> [View] {
        let rows = try await postgres.query(
            """
            SELECT id, name, channel, website_token, settings::text AS settings FROM inboxes
            WHERE account_id = \(account.uuid) ORDER BY lower(name), id
            """, in: .account(account))
        return try rows.map(Self.view)
    }

    /// One for another website, with a new token. Throws `SupportError.invalid` for `name`.
    package func create(name: String, by agent: AgentSession) async throws -> View {
        try agent.require(.administrator)
        let rows = try await postgres.query(
            """
            INSERT INTO inboxes (account_id, id, name, website_token)
            SELECT \(agent.accountID.uuid), \(Inbox.ID.new().uuid), \(try Self.checked(name)),
                \(RandomToken.make(bytes: 16))
            WHERE (SELECT count(*) FROM inboxes WHERE account_id = \(agent.accountID.uuid)) < \(Self.limit)
            RETURNING id, name, channel, website_token, settings::text AS settings
            """, in: .account(agent.accountID))
        guard let row = rows.first else {
            throw SupportError.conflict(code: "too_many", "An account has at most \(Self.limit) inboxes.")
        }
        try await setup.prepare(agent.accountID, in: agent.cell)
        return try Self.view(row)
    }

    /// Changes the name and what the widget shows; nil stays as it is. Gateways know it within a minute.
    ///
    /// Throws `SupportError.invalid` with the member that is not as it should be.
    package func set(
        name: String?, settings: InboxSettings?, of inbox: Inbox.ID, by agent: AgentSession
    ) async throws -> View {
        try agent.require(.administrator)
        try settings.map(Self.check)
        let json = try settings.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        // What other versions know of settings, and this one does not, stays.
        let rows = try await postgres.query(
            """
            UPDATE inboxes SET name = coalesce(\(try name.map(Self.checked)), name),
                settings = CASE WHEN \(json)::jsonb IS NULL THEN settings ELSE
                    (settings - ARRAY['greeting', 'locale', 'color', 'pre_chat']) || \(json)::jsonb END
            WHERE account_id = \(agent.accountID.uuid) AND id = \(inbox.uuid)
            RETURNING id, name, channel, website_token, settings::text AS settings
            """, in: .account(agent.accountID))
        guard let row = rows.first else { throw SupportError.notFound("inbox") }
        return try Self.view(row)
    }

    private static func view(_ row: PostgresRow) throws -> View {
        View(
            id: Identifier(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
            channel: try row.decode("channel"),
            websiteToken: try row.decode("website_token", as: String?.self),
            settings: try JSONDecoder().decode(
                InboxSettings.self, from: Data(try row.decode("settings", as: String.self).utf8)))
    }

    private static func checked(_ name: String) throws(SupportError) -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...nameCharacters).contains(name.count), !name.utf8.contains(0) else {
            throw .invalid(field: "name", "It has 1 to \(nameCharacters) characters.")
        }
        return name
    }

    private static func check(_ settings: InboxSettings) throws(SupportError) {
        let texts = [settings.greeting, settings.locale, settings.color, settings.preChat?.consent]
        if texts.contains(where: { $0?.utf8.contains(0) ?? false }) {
            throw .invalid(field: "settings", "A text in it has a NUL.")
        }
        if let greeting = settings.greeting, greeting.count > greetingCharacters {
            throw .invalid(
                field: "settings.greeting", "It has at most \(greetingCharacters) characters.")
        }
        if let color = settings.color, color.wholeMatch(of: /#[0-9A-Fa-f]{6}/) == nil {
            throw .invalid(field: "settings.color", "It is a colour such as #1f6feb.")
        }
        if let locale = settings.locale, locale.wholeMatch(of: /[A-Za-z0-9-]{2,35}/) == nil {
            throw .invalid(field: "settings.locale", "It is a language such as en or zh-CN.")
        }
        if let fields = settings.preChat?.fields, fields.count > 20 {
            throw .invalid(field: "settings.pre_chat.fields", "There are at most 20.")
        }
    }
}
