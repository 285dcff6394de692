import Foundation
import Postgres
import TestSupport
import Testing

@testable import Support

/// The second wall alone: what a query without any account in it gets to see.
@Suite struct RowLevelSecurityIntegrationTests {
    /// Two accounts that have something in every table.
    private func accounts() async throws -> (SupportFixture, SupportFixture) {
        let (mine, theirs) = (try await SupportFixture.make(), try await SupportFixture.make())
        for fixture in [mine, theirs] {
            let visitor = try await fixture.contact(name: "Joe")
            try await fixture.send("hello", from: visitor)
            try await fixture.desk.receipts.mark(
                .read, upTo: nil, in: visitor.chat, by: fixture.staff, at: .now())
        }
        try await mine.persist()
        for fixture in [mine, theirs] { try await fill(fixture) }
        return (mine, theirs)
    }

    /// What no visitor's message brings about.
    private func fill(_ fixture: SupportFixture) async throws {
        let (account, agent) = (fixture.account.uuid, fixture.agent.agentID.uuid)
        let (team, thing) = (UUID(), UUID())
        try await fixture.world.postgres.query([
            "INSERT INTO teams (account_id, id, name) VALUES (\(account), \(team), 'Sales')",
            "INSERT INTO team_members (account_id, team_id, agent_id) VALUES (\(account), \(team), \(agent))",
            """
            INSERT INTO inbox_members (account_id, inbox_id, agent_id)
            VALUES (\(account), \(fixture.inbox.id.uuid), \(agent))
            """,
            """
            INSERT INTO audit_entries (account_id, id, at, action, actor_type, subject_type, subject_id)
            VALUES (\(account), \(thing), now(), 'tried', 'system', 'test', \(thing))
            """,
            """
            INSERT INTO conversation_targets (account_id, conversation_id, target, seq, due_at)
            VALUES (\(account), \(thing), 'resolution', 1, now())
            """,
        ])
    }

    /// Every table with an account, partitions left out; asked of the catalogue, so that none is forgotten.
    private func tables(_ world: TestWorld) async throws -> [String] {
        try await world.postgres.query(
            """
            SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND a.attname = 'account_id' AND NOT a.attisdropped ORDER BY 1
            """
        ).map { try $0.decode("name", as: String.self) }
    }

    @Test func `in an account's scope every table shows that account alone`() async throws {
        let (mine, theirs) = try await accounts()
        let tables = try await tables(mine.world)
        #expect(
            Set(tables).isSuperset(of: [
                "agent_chat_reads", "agents", "contacts", "conversations", "inboxes", "support_chats",
                "support_messages",
            ]))
        for table in tables {
            let seen = try await mine.world.postgres.query(
                "SELECT DISTINCT account_id FROM \(raw: table)", in: .account(mine.account)
            ).map { try $0.decode("account_id", as: UUID.self) }
            #expect(seen == [mine.account.uuid], "\(table)")
            let others = try await mine.world.postgres.query(
                "SELECT FROM \(raw: table) WHERE account_id = \(theirs.account.uuid)",
                in: .account(mine.account))
            #expect(others.isEmpty, "\(table)")
        }
        let accounts = try await mine.world.postgres.query(
            "SELECT id FROM accounts", in: .account(mine.account))
        #expect(try accounts.map { try $0.decode("id", as: UUID.self) } == [mine.account.uuid])
    }

    @Test func `nothing of another account can be changed or deleted`() async throws {
        let (mine, theirs) = try await accounts()
        for table in try await tables(mine.world) where table != "audit_entries" {
            let changed = try await mine.world.postgres.query(
                "UPDATE \(raw: table) SET account_id = account_id WHERE account_id = \(theirs.account.uuid)",
                in: .account(mine.account))
            #expect(changed.affected == 0, "\(table)")
            let deleted = try await mine.world.postgres.query(
                "DELETE FROM \(raw: table) WHERE account_id = \(theirs.account.uuid)",
                in: .account(mine.account))
            #expect(deleted.affected == 0, "\(table)")
        }
    }

    @Test func `what was done can be added to, and neither changed nor deleted, not even one's own`()
        async throws
    {
        let (mine, _) = try await accounts()
        for statement: SQL in ["UPDATE audit_entries SET action = ''", "DELETE FROM audit_entries"] {
            let error = await #expect(throws: PostgresError.self) {
                try await mine.world.postgres.query(statement, in: .account(mine.account))
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test func `no row can be put into another account, nor moved there`() async throws {
        let (mine, theirs) = try await accounts()
        func expectRefused(_ sql: SQL) async {
            do {
                try await mine.world.postgres.query(sql, in: .account(mine.account))
                Issue.record("PostgreSQL took it: \(sql.text)")
            } catch {
                #expect(error.sqlState == "42501")
            }
        }
        await expectRefused(
            """
            INSERT INTO contacts (account_id, id, created_at, updated_at)
            VALUES (\(theirs.account.uuid), \(UUID()), now(), now())
            """)
        await expectRefused("UPDATE contacts SET account_id = \(theirs.account.uuid)")
        await expectRefused("UPDATE agent_chat_reads SET account_id = \(theirs.account.uuid)")
        await expectRefused("UPDATE support_chats SET account_id = \(theirs.account.uuid)")
        await expectRefused("UPDATE conversations SET account_id = \(theirs.account.uuid)")
    }

    @Test func `without an account nothing is seen at all`() async throws {
        let (mine, _) = try await accounts()
        for scope in [
            PostgresScope(role: "switchboard_app"),
            PostgresScope(role: "switchboard_app", settings: [("switchboard.account_id", "")]),
        ] {
            for table in try await tables(mine.world) {
                #expect(
                    try await mine.world.postgres.query("SELECT FROM \(raw: table)", in: scope).isEmpty,
                    "\(table)")
            }
        }
    }

    @Test func `what stands outside the accounts is not open to their role`() async throws {
        let (mine, _) = try await accounts()
        let partitions = try await mine.world.postgres.query(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'support_messages'::regclass"
        ).map { try $0.decode("name", as: String.self) }
        #expect(partitions.count >= 5)
        let closed =
            partitions + [
                "logins", "login_tokens", "journal_positions", "journal_dead_letters", "schema_migrations",
            ]
        for table in closed {
            do {
                try await mine.world.postgres.query("SELECT FROM \(raw: table)", in: .account(mine.account))
                Issue.record("\(table) can be read")
            } catch {
                #expect(error.sqlState == "42501", "\(table)")
            }
        }
    }

    @Test func `the scope ends with its query`() async throws {
        let (mine, theirs) = try await accounts()
        try await mine.world.postgres.query("SELECT 1", in: .account(mine.account))
        let both = try await mine.world.postgres.query(
            "SELECT DISTINCT account_id FROM contacts WHERE account_id IN (\(mine.account.uuid), \(theirs.account.uuid))"
        )
        #expect(both.count == 2)
    }
}
