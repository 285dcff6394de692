import Foundation
import Testing

@testable import Postgres

struct PostgresScopeIntegrationTests {
    /// A table of two accounts under row-level security, and a role that is bound by it.
    private func withTenants(_ body: (PostgresPool, _ role: String) async throws -> Void) async throws {
        try await TestDatabase.withPool(size: 1) { pool in
            let schema: String = try await pool.query("SELECT current_schema AS s")[0].decode("s")
            let role = "role_\(schema)"
            try await pool.query("CREATE ROLE \(raw: role) NOLOGIN")
            try await pool.query([
                "CREATE TABLE notes (account_id int, note text)",
                "INSERT INTO notes VALUES (1, 'one'), (2, 'two')",
                "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
                """
                CREATE POLICY own ON notes
                USING (account_id = nullif(current_setting('app.account_id', true), '')::int)
                """,
                "GRANT USAGE ON SCHEMA \(raw: schema) TO \(raw: role)",
                "GRANT ALL ON notes TO \(raw: role)",
                // An owner who is no superuser may become, and clear up after, only roles that it is a member of.
                "GRANT \(raw: role) TO CURRENT_USER",
            ])
            do { try await body(pool, role) } catch { Issue.record(error) }
            try await pool.query("DROP OWNED BY \(raw: role)")
            try await pool.query("DROP ROLE \(raw: role)")
        }
    }

    private func scope(_ role: String, _ account: Int) -> PostgresScope {
        PostgresScope(role: role, settings: [("app.account_id", String(account))])
    }

    @Test func `a scope sees its own rows only, with one plan for all accounts`() async throws {
        try await withTenants { pool, role in
            for account in [1, 2, 1, 3] {
                let rows = try await pool.query("SELECT note FROM notes", in: scope(role, account))
                let notes = try rows.map { try $0.decode("note", as: String.self) }
                #expect(notes == [1: ["one"], 2: ["two"]][account, default: []])
            }
            let error = await failure {
                try await pool.query("INSERT INTO notes VALUES (2, 'stolen')", in: scope(role, 1))
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test func `nothing of a scope is left to the next user of the connection`() async throws {
        try await withTenants { pool, role in
            func isClean() async throws -> Bool {
                let row = try await pool.query(
                    """
                    SELECT current_user = session_user
                        AND coalesce(current_setting('app.account_id', true), '') = '' AS clean
                    """)[0]
                return try row.decode("clean")
            }
            try await pool.query("SELECT 1", in: scope(role, 1))
            #expect(try await isClean())
            _ = await failure { try await pool.query("SELECT 1 / 0", in: scope(role, 1)) }
            #expect(try await isClean())
            try await pool.transaction(in: scope(role, 1)) { try $0.query("SELECT 1") }
            #expect(try await isClean())
            _ = await failure {
                try await pool.transaction(in: scope(role, 1)) { try $0.query("SELECT 1 / 0") }
            }
            #expect(try await isClean())
            // The scope itself fails: there is no such role.
            let error = await failure { try await pool.query("SELECT 1", in: scope("nobody_at_all", 1)) }
            #expect(error?.sqlState == "22023")
            #expect(try await isClean())
        }
    }

    @Test func `a transaction runs under its scope from first to last`() async throws {
        try await withTenants { pool, role in
            let counts = try await pool.transaction(in: scope(role, 2)) { connection in
                try (0..<3).map { _ in
                    try connection.query("SELECT note FROM notes").map {
                        try $0.decode("note", as: String.self)
                    }
                }
            }
            #expect(counts == [["two"], ["two"], ["two"]])
        }
    }

    @Test func `callers of different accounts in one pipeline do not see each other`() async throws {
        try await withTenants { pool, role in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<200 {
                    let account = caller % 2 + 1
                    let scope = scope(role, account)
                    group.addTask {
                        let rows = try await pool.query("SELECT account_id FROM notes", in: scope)
                        #expect(try rows.map { try $0.decode("account_id", as: Int.self) } == [account])
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
