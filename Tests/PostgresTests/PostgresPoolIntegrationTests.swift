import Foundation
import Testing

@testable import Postgres

struct PostgresPoolIntegrationTests {
    @Test(arguments: [1, 16])
    func `200 callers share 4 connections and each gets its own answer`(depth: Int) async throws {
        try await TestDatabase.withPool(size: 4, depth: depth) { pool in
            let backends = try await withThrowingTaskGroup(of: Int.self) { group in
                for caller in 0..<200 {
                    group.addTask {
                        var backend = 0
                        for turn in 0..<20 {
                            let row = try await pool.query(
                                "SELECT \(caller * 100 + turn) AS n, pg_backend_pid() AS pid")[0]
                            #expect(try row.decode("n", as: Int.self) == caller * 100 + turn)
                            backend = try row.decode("pid")
                        }
                        return backend
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(backends.count <= 4)
        }
    }

    @Test func `one failing caller leaves its neighbours in the pipeline alone`() async throws {
        try await TestDatabase.withPool(size: 1) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<100 {
                    group.addTask {
                        let divisor = caller % 3
                        let error = await failure {
                            let row = try await pool.query("SELECT \(caller) / \(divisor) AS n")[0]
                            #expect(try row.decode("n", as: Int.self) == caller / divisor)
                        }
                        #expect((error?.sqlState == "22012") == (divisor == 0))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `whoever came first is served first`() async throws {
        try await TestDatabase.withPool(size: 1, depth: 1) { pool in
            let gate = DispatchSemaphore(value: 0)
            let isHeld = Shared(false)
            let served = Shared<[Int]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await pool.transaction { _ in
                        isHeld.change { $0 = true }
                        gate.wait()  // on the connection's own thread
                    }
                }
                try await eventually { isHeld.value }
                for caller in 0..<20 {
                    group.addTask {
                        try await pool.transaction { _ in served.change { $0.append(caller) } }
                    }
                    try await eventually { pool.waitingCallers == caller + 1 }
                }
                gate.signal()
                try await group.waitForAll()
            }
            #expect(served.value == Array(0..<20))
        }
    }

    @Test func `who waits too long, comes too many, or is cancelled gets told, and the pool goes on`()
        async throws
    {
        try await TestDatabase.withPool(size: 1, maxWaiting: 3, waitLimit: .milliseconds(300)) { pool in
            let gate = DispatchSemaphore(value: 0)
            let isHeld = Shared(false)
            async let holder: Void = pool.transaction { _ in
                isHeld.change { $0 = true }
                gate.wait()
            }
            try await eventually { isHeld.value }

            let cancelled = Task { await failure { try await pool.query("SELECT 1") } }
            try await eventually { pool.waitingCallers == 1 }
            cancelled.cancel()
            #expect(await cancelled.value?.code == .cancelled)

            let patient = (0..<3).map { _ in Task { await failure { try await pool.query("SELECT 1") } } }
            try await eventually { pool.waitingCallers == 3 }
            let tooMany = await failure { try await pool.query("SELECT 1") }
            #expect(tooMany?.code == .poolExhausted)
            for task in patient { #expect(await task.value?.code == .poolExhausted) }

            gate.signal()
            try await holder
            #expect(try await pool.query("SELECT 1 AS n")[0].decode("n", as: Int.self) == 1)
        }
    }

    @Test func `a task cancelled before it asks sends nothing`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int)")
            let task = Task {
                // Holds until the cancellation has come.
                do { try await Task.sleep(for: .seconds(10)) } catch {}
                return await failure { try await pool.query("INSERT INTO t VALUES (1)") }
            }
            task.cancel()
            let error = await task.value
            let count: Int = try await pool.query("SELECT count(*) AS n FROM t")[0].decode("n")
            // A free thread may take the work before the cancellation is seen; then it is done and answered.
            #expect(error?.code == .cancelled ? count == 0 : (error == nil && count == 1))
        }
    }

    @Test func `cancelling a hundred running and waiting callers leaves every connection clean`() async throws
    {
        try await TestDatabase.withPool(size: 4) { pool in
            for _ in 0..<5 {
                let tasks = (0..<100).map { n in
                    Task { await failure { try await pool.query("SELECT pg_sleep(0.002), \(n) AS n") } }
                }
                for task in tasks { task.cancel() }
                for task in tasks {
                    let error = await task.value
                    #expect(error == nil || error?.code == .cancelled)
                }
            }
            for n in 0..<20 {
                let row = try await pool.query("SELECT \(n) AS n")[0]
                #expect(try row.decode("n", as: Int.self) == n)
            }
        }
    }

    @Test func `after shutdown everyone is refused`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("SELECT 1")
            await pool.shutdown()
            let error = await failure { try await pool.query("SELECT 1") }
            #expect(error?.code == .shutdown)
        }
    }

    @Test func `a statement over its time is ended by the server and the connection stays good`() async throws
    {
        try await TestDatabase.withPool(size: 1, statementTimeout: .milliseconds(50)) { pool in
            let pid: Int = try await pool.query("SELECT pg_backend_pid() AS pid")[0].decode("pid")
            let error = await failure { try await pool.query("SELECT pg_sleep(5)") }
            #expect(error?.sqlState == "57014")
            #expect(
                try await pool.query("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int.self) == pid)
        }
    }

    @Test func `a prepared statement survives a change of its table`() async throws {
        try await TestDatabase.withPool(size: 1) { pool in
            try await pool.query("CREATE TABLE t (id int)")
            try await pool.query("INSERT INTO t VALUES (1)")
            #expect(try await pool.query("SELECT * FROM t")[0].decode("id", as: Int.self) == 1)
            try await pool.query("ALTER TABLE t ADD COLUMN more text DEFAULT 'x'")
            #expect(try await pool.query("SELECT * FROM t")[0].decode("more", as: String.self) == "x")
            try await pool.query("DEALLOCATE ALL")
            #expect(try await pool.query("SELECT * FROM t")[0].decode("more", as: String.self) == "x")
        }
    }

    @Test func `the server keeps no more prepared statements than the cache`() async throws {
        try await TestDatabase.withPool(size: 1, cacheLimit: 10) { pool in
            for n in 0..<50 { try await pool.query("SELECT \(raw: String(n)) AS n") }
            let kept: Int = try await pool.query("SELECT count(*) AS n FROM pg_prepared_statements")[0]
                .decode("n")
            #expect(kept <= 11)
        }
    }

    @Test func `several statements in one call are all done or none`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int PRIMARY KEY)")
            let rows = try await pool.query(["INSERT INTO t VALUES (\(1))", "SELECT count(*) AS n FROM t"])
            #expect(try rows[1][0].decode("n", as: Int.self) == 1)
            let error = await failure {
                try await pool.query(["INSERT INTO t VALUES (\(2))", "INSERT INTO t VALUES (\(1))"])
            }
            #expect(error?.isUniqueViolation == true)
            #expect(try await pool.query("SELECT count(*) AS n FROM t")[0].decode("n", as: Int.self) == 1)
        }
    }
}
