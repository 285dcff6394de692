import Foundation
import Testing

@testable import Postgres

struct MigratorIntegrationTests {
    /// A folder of migrations that a test may change as it goes.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID().uuidString)")

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
            for (name, sql) in files { try write(name, sql) }
        }

        deinit {
            // Gone already is as good.
            try? FileManager.default.removeItem(at: path)
        }

        func write(_ name: String, _ sql: String) throws {
            try Data(sql.utf8).write(to: path.appending(path: name))
        }

        func remove(_ name: String) throws {
            try FileManager.default.removeItem(at: path.appending(path: name))
        }

        var migrator: Migrator { get throws { try Migrator(directory: path.path) } }
    }

    private let two = [
        "0001_chats.sql": "CREATE TABLE chats (id int);\nCREATE TABLE notes (id int);",
        "0002_title.sql": "ALTER TABLE chats ADD COLUMN title text; -- no more",
    ]

    @Test func `what is missing is applied in order, once`() async throws {
        try await TestDatabase.withPool { pool in
            let folder = try Folder(two)
            #expect(try await folder.migrator.pending(on: pool) == ["0001_chats", "0002_title"])
            #expect(try await folder.migrator.run(on: pool) == ["0001_chats", "0002_title"])
            #expect(try await folder.migrator.run(on: pool) == [])
            try folder.write("0003_more.sql", "CREATE TABLE more (id int)")
            #expect(try await folder.migrator.pending(on: pool) == ["0003_more"])
            #expect(try await folder.migrator.run(on: pool) == ["0003_more"])
            try await pool.query("SELECT title FROM chats, notes, more")
        }
    }

    @Test func `eight that start at once apply each migration once between them`() async throws {
        try await TestDatabase.withPool { pool in
            let files = (1...9).map {
                ("000\($0)_t\($0).sql", "CREATE TABLE t\($0) (id int); SELECT pg_sleep(0.01)")
            }
            let migrator = try Folder(Dictionary(uniqueKeysWithValues: files)).migrator
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<8 { group.addTask { try await migrator.run(on: pool) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == (1...9).map { "000\($0)_t\($0)" })
        }
    }

    @Test func `a migration that fails leaves nothing of itself and keeps those before it`() async throws {
        try await TestDatabase.withPool { pool in
            let folder = try Folder(two)
            try folder.write("0003_bad.sql", "CREATE TABLE half (id int); SELECT * FROM nowhere;")
            let error = await failure { try await folder.migrator.run(on: pool) }
            #expect(error?.sqlState == "42P01")
            #expect(error?.message.hasPrefix("0003_bad: ") == true)
            #expect(try await folder.migrator.pending(on: pool) == ["0003_bad"])
            let row = try await pool.query(
                "SELECT to_regclass('half') IS NULL AS gone, to_regclass('chats') IS NOT NULL AS kept")[0]
            #expect(try row.decode("gone", as: Bool.self))
            #expect(try row.decode("kept", as: Bool.self))
        }
    }

    @Test func `a migration edited, renamed or removed after it was applied is an error`() async throws {
        try await TestDatabase.withPool { pool in
            let folder = try Folder(two)
            try await folder.migrator.run(on: pool)
            try folder.write("0001_chats.sql", "CREATE TABLE chats (id bigint)")
            let edited = await failure { try await folder.migrator.run(on: pool) }
            #expect(edited?.code == .migration)
            #expect(edited?.message.contains("0001_chats was edited") == true)

            try folder.write("0001_chats.sql", two["0001_chats.sql"]!)
            try folder.remove("0002_title.sql")
            let newer = await failure { try await folder.migrator.pending(on: pool) }
            #expect(newer?.message.contains("newer than this program") == true)

            try folder.write("0002_name.sql", "SELECT 1")
            let renamed = await failure { try await folder.migrator.run(on: pool) }
            #expect(renamed?.message.contains("under the name 0002_title") == true)

            try folder.write("0002_title.sql", two["0002_title.sql"]!)
            #expect(throws: PostgresError.self) { try folder.migrator }  // two numbers 2
        }
    }

    @Test func `a number applied out of order is an error`() async throws {
        try await TestDatabase.withPool { pool in
            let folder = try Folder(two)
            try await folder.migrator.run(on: pool)
            try await pool.query("DELETE FROM schema_migrations WHERE number = 1")
            let error = await failure { try await folder.migrator.run(on: pool) }
            #expect(error?.message.contains("out of order") == true)
        }
    }

    @Test(arguments: [
        ["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["1_a.sql"], ["0001a.sql"],
        ["0001_a.sql", "0001_b.sql"],
    ])
    func `files that form no sequence are refused before anything is asked`(names: [String]) throws {
        let folder = try Folder(Dictionary(uniqueKeysWithValues: names.map { ($0, "SELECT 1") }))
        #expect(throws: PostgresError.self) { try folder.migrator }
    }

    @Test func `a script that ends its own transaction is caught`() async throws {
        try await TestDatabase.withPool { pool in
            let folder = try Folder([
                "0001_sly.sql": "CREATE TABLE sly (id int); COMMIT; CREATE TABLE out (id int);"
            ])
            let error = await failure { try await folder.migrator.run(on: pool) }
            #expect(error?.code == .migration)
        }
    }
}
