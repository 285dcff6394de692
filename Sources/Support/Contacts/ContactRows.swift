import Foundation
import Postgres

struct ContactRows: Sendable {
    let postgres: PostgresPool

    func find(_ session: ContactSession) async throws -> Contact? {
        let rows = try await postgres.query(
            """
            SELECT id, name, email FROM contacts
            WHERE account_id = \(session.accountID.uuid) AND id = \(session.contactID.uuid)
            """, in: .account(session.accountID))
        return try rows.first.map(Self.contact)
    }

    /// Keeps what is known of a contact. An identifier that is known already names the contact it always named,
    /// whatever the token says; the same race run fifty times at once makes one row.
    func save(
        _ introduction: Contacts.Introduction, _ session: ContactSession, at now: Timestamp
    ) async throws -> Contact {
        var id = session.contactID
        if let identifier = introduction.identifier {
            let owner = try await postgres.query(
                """
                INSERT INTO contacts (account_id, id, identifier, created_at, updated_at)
                VALUES (\(session.accountID.uuid), \(Contact.ID.new(at: now).uuid), \(identifier), \(now.date), \(now.date))
                ON CONFLICT (account_id, identifier) WHERE identifier IS NOT NULL
                    DO UPDATE SET updated_at = excluded.updated_at
                RETURNING id
                """, in: .account(session.accountID))
            if let row = owner.first { id = Identifier(try row.decode("id")) }
        }
        let attributes = try introduction.attributes.json()
        let rows = try await postgres.query(
            """
            INSERT INTO contacts (account_id, id, name, email, locale, attributes, created_at, updated_at)
            VALUES (\(session.accountID.uuid), \(id.uuid), \(introduction.name), \(introduction.email),
                \(introduction.locale), jsonb_strip_nulls(\(attributes)::jsonb), \(now.date), \(now.date))
            ON CONFLICT (account_id, id) DO UPDATE SET
                name = coalesce(excluded.name, contacts.name), email = coalesce(excluded.email, contacts.email),
                locale = coalesce(excluded.locale, contacts.locale), updated_at = excluded.updated_at,
                attributes = CASE
                    WHEN (SELECT count(*) FROM jsonb_object_keys(contacts.attributes || excluded.attributes))
                        <= \(ContactAttributes.most)
                    THEN jsonb_strip_nulls(contacts.attributes || \(attributes)::jsonb)
                    ELSE contacts.attributes END
            RETURNING id, name, email
            """, in: .account(session.accountID))
        guard let row = rows.first else { throw SupportError.notFound("contact") }
        return try Self.contact(row)
    }

    func identitySecret(of inbox: Inbox) async throws -> String? {
        let rows = try await postgres.query(
            """
            SELECT settings->>'identity_secret' AS secret FROM inboxes
            WHERE account_id = \(inbox.accountID.uuid) AND id = \(inbox.id.uuid)
            """, in: .account(inbox.accountID))
        return try rows.first?.decode("secret", as: String?.self)
    }

    private static func contact(_ row: PostgresRow) throws -> Contact {
        Contact(
            id: Identifier(try row.decode("id")), name: try row.decode("name", as: String?.self),
            email: try row.decode("email", as: String?.self))
    }
}
