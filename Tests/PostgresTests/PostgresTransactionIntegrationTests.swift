import Foundation
import Testing

@testable import Postgres

struct PostgresTransactionIntegrationTests {
    struct Refused: Error {}

    private func count(_ pool: PostgresPool) async throws -> Int {
        try await pool.query("SELECT count(*) AS n FROM t")[0].decode("n")
    }

    @Test func `a transaction is there wholly or not at all`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int PRIMARY KEY)")
            let sum = try await pool.transaction { connection in
                try connection.query("INSERT INTO t VALUES (\(1))")
                try connection.query("INSERT INTO t VALUES (\(2))")
                return try connection.query("SELECT sum(id) AS n FROM t")[0].decode("n", as: Int.self)
            }
            #expect(sum == 3)
            await #expect(throws: Refused.self) {
                try await pool.transaction { connection in
                    try connection.query("INSERT INTO t VALUES (\(3))")
                    throw Refused()
                }
            }
            #expect(try await count(pool) == 2)
        }
    }

    @Test func `an error hidden by the body does not pass for a commit`() async throws {
        try await TestDatabase.withPool(size: 1) { pool in
            try await pool.query("CREATE TABLE t (id int PRIMARY KEY)")
            let error = await failure {
                try await pool.transaction { connection in
                    try connection.query("INSERT INTO t VALUES (\(1))")
                    do { try connection.query("INSERT INTO t VALUES (\(1))") } catch {}
                }
            }
            #expect(error?.code == .transactionAborted)
            #expect(error?.sqlState == "23505")
            #expect(try await count(pool) == 0)
        }
    }

    @Test func `a parameter that cannot be sent leaves the transaction whole`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int PRIMARY KEY, note text)")
            try await pool.transaction { connection in
                do { try connection.query("INSERT INTO t VALUES (1, \("\u{0}"))") } catch {}
                try connection.query("INSERT INTO t VALUES (2, \("fine"))")
            }
            #expect(try await count(pool) == 1)
        }
    }

    @Test func `a deferred constraint that fails the commit is an error`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let error = await failure {
                try await pool.transaction { try $0.query("INSERT INTO t VALUES (1), (1)") }
            }
            #expect(error?.sqlState == "23505")
            #expect(try await count(pool) == 0)
        }
    }

    @Test func `a stale plan inside a transaction asks for another try, which works`() async throws {
        try await TestDatabase.withPool(size: 1) { pool in
            try await pool.query("CREATE TABLE t (id int)")
            try await pool.query("SELECT * FROM t")
            try await pool.query("ALTER TABLE t ADD COLUMN more text")
            let read: @Sendable (PostgresConnection) throws -> Int = { try $0.query("SELECT * FROM t").count }
            let error = await failure { _ = try await pool.transaction(read) }
            #expect(error?.code == .stalePlan)
            #expect(error?.isTransient == true)
            #expect(try await pool.transaction(read) == 0)
        }
    }

    @Test func `a body that ends the transaction itself is told so, and spoils nothing for the next`()
        async throws
    {
        try await TestDatabase.withPool(size: 1) { pool in
            try await pool.query("CREATE TABLE t (id int)")
            for statement in ["COMMIT", "ROLLBACK"] as [SQL] {
                let error = await failure {
                    try await pool.transaction { connection in
                        try connection.query("INSERT INTO t VALUES (1)")
                        try connection.query(statement)
                    }
                }
                #expect(error?.code == .transactionAborted)
            }
            // A transaction left open is not handed to the next user of the connection.
            try await pool.query("BEGIN")
            try await pool.query("INSERT INTO t VALUES (2)")
            let row = try await pool.query("SELECT count(*) AS n FROM t WHERE id = 2")[0]
            #expect(try row.decode("n", as: Int.self) == 1)
        }
    }

    @Test func `concurrent increments under serializable isolation succeed once retried`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (n int)")
            try await pool.query("INSERT INTO t VALUES (0)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        while true {
                            let error = await failure {
                                try await pool.transaction { connection in
                                    try connection.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                                    let n: Int = try connection.query("SELECT n FROM t")[0].decode("n")
                                    try connection.query("UPDATE t SET n = \(n + 1)")
                                }
                            }
                            guard let error else { return }
                            try #require(error.isTransient, "\(error)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.query("SELECT n FROM t")[0].decode("n", as: Int.self) == 20)
        }
    }
}
