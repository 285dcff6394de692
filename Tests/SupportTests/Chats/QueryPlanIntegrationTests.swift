import Foundation
import Postgres
import TestSupport
import Testing

@testable import Support

/// What the hot queries read, by PostgreSQL's own plan, over 20,000 chats and 60,000 messages of three accounts.
@Suite struct QueryPlanIntegrationTests {
    /// A world where the work of years has been done. Row-level security applies to what is explained here, as it
    /// does to the real queries.
    private func withLargeWorld(_ body: @Sendable (SupportFixture) async throws -> Void) async throws {
        try await TestWorld.withPrivate { world, _ in
            var fixtures: [SupportFixture] = []
            for _ in 0..<3 { fixtures.append(try await SupportFixture.make(in: world)) }
            for (fixture, chats) in zip(fixtures, [10_000, 7000, 3000]) {
                try await world.postgres.query(fill(fixture, chats: chats))
            }
            try await world.postgres.query(
                "ANALYZE contacts, inboxes, support_chats, conversations, support_messages, agents, accounts")
            try await body(fixtures[0])
        }
    }

    /// Every fifth chat is archived; the first one has 3,000 messages, the others two each.
    private func fill(_ fixture: SupportFixture, chats: Int) -> [SQL] {
        let (account, inbox) = (fixture.account.uuid, fixture.inbox.id.uuid)
        return [
            """
            INSERT INTO contacts (account_id, id, name, created_at, updated_at)
            SELECT \(account), md5(\(account)::text || n)::uuid, 'Contact ' || n, now(), now()
            FROM generate_series(1, \(chats)) n
            """,
            """
            INSERT INTO support_chats (account_id, id, inbox_id, contact_id, last_seq, last_message_at,
                last_message_preview, last_message_sender, archived_at, created_at)
            SELECT account_id, id, \(inbox), id, 2, now() - random() * interval '1 year', 'hello', 'user',
                CASE WHEN random() < 0.2 THEN now() END, now()
            FROM contacts WHERE account_id = \(account)
            """,
            """
            INSERT INTO conversations (account_id, id, chat_id, status, version, opened_at)
            SELECT account_id, gen_random_uuid(), id, 'waiting', 1, now() FROM support_chats
            WHERE account_id = \(account)
            """,
            """
            INSERT INTO support_messages (account_id, id, chat_id, conversation_id, seq, client_id, sender_type,
                sender_id, content, created_at)
            SELECT \(account), (substr(uuid_v7_floor(now())::text, 1, 15) || substr(gen_random_uuid()::text, 16))::uuid,
                id, id, seq, 'c' || seq, 'user', id, 'hello', now()
            FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contacts WHERE account_id = \(account)) c,
                generate_series(1, CASE WHEN n = 1 THEN 3000 ELSE 2 END) seq
            """,
        ]
    }

    private func plan(_ sql: SQL, _ fixture: SupportFixture) async throws -> String {
        try await fixture.world.postgres.query("EXPLAIN " + sql, in: .account(fixture.account))
            .map { try $0.decode("QUERY PLAN", as: String.self) }.joined(separator: "\n")
    }

    private func expectNoScan(
        _ plan: String, using index: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        // A partition of a month without messages has no page to read, so no index is worth opening.
        let plan = plan.split(separator: "\n").filter {
            !$0.contains(#/Seq Scan on support_messages_.*cost=0\.0/#)
        }
        .joined(separator: "\n")
        for table in ["support_chats", "support_messages", "contacts", "conversations"] {
            #expect(!plan.contains("Seq Scan on \(table)"), "\(plan)", sourceLocation: sourceLocation)
        }
        #expect(plan.contains(index), "\(plan)", sourceLocation: sourceLocation)
    }

    @Test func `a page of the list walks its own index, from the top or from a cursor, and sorts nothing`()
        async throws
    {
        try await withLargeWorld { fixture in
            var (archived, mine) = (ChatList.Filter(), ChatList.Filter())
            archived.archived = true
            mine.status = .waiting
            let cursor = ChatList.Cursor(at: Timestamp.now().adding(.seconds(-86_400 * 90)), id: .new())
            for before in [nil, cursor] {
                let active = try await plan(
                    ChatList.query(ChatList.Filter(), of: fixture.account, before: before, limit: 26), fixture
                )
                expectNoScan(active, using: "support_chats_active")
                #expect(!active.contains("Sort Key: s.last_message_at"), "\(active)")
                let old = try await plan(
                    ChatList.query(archived, of: fixture.account, before: before, limit: 26), fixture)
                expectNoScan(old, using: "support_chats_archived")
                #expect(!old.contains("Sort Key: s.last_message_at"), "\(old)")
                let filtered = try await plan(
                    ChatList.query(mine, of: fixture.account, before: before, limit: 26), fixture)
                expectNoScan(filtered, using: "support_chats_active")
            }
        }
    }

    @Test func `an agent's unread messages are counted off the index of messages, from their mark on`()
        async throws
    {
        try await withLargeWorld { fixture in
            let account = fixture.account.uuid
            let agent = fixture.agent.agentID
            try await fixture.world.postgres.query([
                "UPDATE support_chats SET last_user_seq = last_seq WHERE account_id = \(account)",
                """
                INSERT INTO agent_chat_reads (account_id, chat_id, agent_id, read_seq, read_at)
                SELECT account_id, id, \(agent.uuid), 1, now() FROM support_chats WHERE account_id = \(account)
                """,
                "ANALYZE agent_chat_reads, support_chats",
            ])
            let page = try await plan(
                ChatList.query(.init(), of: fixture.account, for: agent, before: nil, limit: 26), fixture)
            expectNoScan(page, using: "support_chats_active")
            #expect(page.contains("_account_id_chat_id_seq_idx"), "\(page)")
            #expect(page.contains("agent_chat_reads_pkey"), "\(page)")
            #expect(!page.contains("Seq Scan on agent_chat_reads"), "\(page)")
            // The mark bounds what is read, not only what is counted.
            #expect(page.contains(#/Index Cond: .*seq > /#), "\(page)")
            let rows = try await ChatList(postgres: fixture.world.postgres).page(
                .init(), of: fixture.account, for: agent, before: nil, limit: 100)
            #expect(rows.chats.allSatisfy { $0.unreadCount == 1 || $0.messageCount != 2 })
        }
    }

    @Test func `messages of a chat and the chat itself are found by their indexes`() async throws {
        try await withLargeWorld { fixture in
            let longest = try await fixture.world.postgres.query(
                "SELECT chat_id FROM support_messages WHERE account_id = \(fixture.account.uuid) AND seq = 3000"
            )[0].decode("chat_id", as: UUID.self)
            let account = fixture.account.uuid
            let mine: SQL = "FROM support_messages WHERE account_id = \(account) AND chat_id = \(longest)"
            for sql: SQL in [
                "SELECT *, sum(octet_length(content)) OVER (ORDER BY seq DESC) AS before " + mine
                    + " AND (0 = 0 OR seq < 0) ORDER BY seq DESC LIMIT 50",
                "SELECT *, sum(octet_length(content)) OVER (ORDER BY seq DESC) AS before " + mine
                    + " AND seq < 100 ORDER BY seq DESC LIMIT 50",
                "SELECT *, sum(octet_length(content)) OVER (ORDER BY seq) AS before " + mine
                    + " AND seq > 1500 ORDER BY seq LIMIT 50",
                "SELECT seq, client_id " + mine + " ORDER BY seq DESC LIMIT 1000",
                "SELECT coalesce(max(seq), 0) " + mine + " AND created_at <= now()",
            ] {
                // Each partition has the index under a name of its own.
                expectNoScan(try await plan(sql, fixture), using: "_account_id_chat_id_seq_idx")
            }
            let one = try await plan(
                ChatRows.selection(for: fixture.agent.agentID)
                    + "WHERE s.account_id = \(account) AND s.id = \(longest)", fixture)
            expectNoScan(one, using: "support_chats_pkey")

            // And through the very code: the newest page reads a page's worth of rows, not the chat's.
            let rows = try await MessageRows(postgres: fixture.world.postgres).newest(
                .init(accountID: fixture.account, chatID: Identifier(longest)), limit: 50)
            #expect(rows.map(\.seq) == Array(2951...3000))
        }
    }

    @Test func `a page of a hundred costs as many statements as a page of one`() async throws {
        try await withLargeWorld { fixture in
            // One connection, so that all statements are counted by the session that is asked.
            var configuration = fixture.world.postgres.configuration
            configuration.poolSize = 1
            let single = PostgresPool(configuration, logger: TestWorld.quiet)
            func statements() async throws -> Int {
                try await single.query("SELECT pg_stat_force_next_flush()")
                return try await single.query(
                    "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
                )[0].decode("xact_commit")
            }
            func cost(_ limit: Int) async throws -> Int {
                let before = try await statements()
                let page = try await ChatList(postgres: single).page(
                    ChatList.Filter(), of: fixture.account, before: nil, limit: limit)
                #expect(page.chats.count == limit)
                return try await statements() - before
            }
            let (one, hundred) = (try await cost(1), try await cost(100))
            // The server's own workers commit now and then; a query per row would be a hundred more.
            #expect(abs(hundred - one) < 50)
            await single.shutdown()
        }
    }
}
