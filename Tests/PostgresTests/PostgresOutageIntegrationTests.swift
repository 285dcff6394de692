import Foundation
import TestSupport
import Testing

@testable import Postgres

struct PostgresOutageIntegrationTests {
    private func pool(_ server: PrivatePostgres, size: Int = 2) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: server.url)
        configuration.poolSize = size
        configuration.reconnectDelay = .milliseconds(20)...(.milliseconds(100))
        return PostgresPool(configuration, logger: TestDatabase.quiet)
    }

    @Test func `a server killed in a transaction loses it whole, and all is well when it is back`()
        async throws
    {
        try await PrivatePostgres.with { server in
            let pool = try pool(server)
            try await pool.query("CREATE TABLE t (id int)")
            let (isOpen, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let broken = Task {
                await failure {
                    try await pool.transaction { connection in
                        try connection.query("INSERT INTO t VALUES (1)")
                        isOpen.signal()
                        gate.wait()  // on the connection's own thread
                        try connection.query("INSERT INTO t VALUES (2)")
                    }
                }
            }
            try await PostgresThread.run("waiting") { isOpen.wait() }
            try await server.kill()
            gate.signal()
            let error = await broken.value
            #expect(error?.code == .connection)
            #expect(error?.isTransient == true)

            // Away: refused at once, however many ask.
            let start = ContinuousClock.now
            for _ in 0..<50 {
                let away = await failure { try await pool.query("SELECT 1") }
                #expect(away?.code == .connection)
            }
            #expect(ContinuousClock.now - start < .seconds(2))

            try await server.start()
            try await eventually { await failure { try await pool.query("SELECT 1") } == nil }
            #expect(try await pool.query("SELECT count(*) AS n FROM t")[0].decode("n", as: Int.self) == 0)
            await pool.shutdown()
        }
    }

    @Test func `a restart between two statements is not noticed`() async throws {
        try await PrivatePostgres.with { server in
            let pool = try pool(server, size: 1)
            for n in 0..<3 {
                // The same text each time: prepared anew on the new connection.
                #expect(try await pool.query("SELECT \(n) AS n")[0].decode("n", as: Int.self) == n)
                if n == 1 { try await server.kill() } else { try await server.stop() }
                try await server.start()
            }
            await pool.shutdown()
        }
    }

    @Test func `a killed backend fails its own caller only`() async throws {
        try await PrivatePostgres.with { server in
            let pool = try pool(server)
            let victim = Task { await failure { try await pool.query("SELECT pg_sleep(30) /* victim */") } }
            var killed = 0
            try await eventually {
                killed = try await pool.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE query LIKE '%/* victim */' AND pid <> pg_backend_pid()
                    """
                ).affected
                return killed == 1
            }
            let error = await victim.value
            #expect(error?.code == .connection)
            #expect(error?.sqlState == "57P01")
            for n in 0..<10 {
                #expect(try await pool.query("SELECT \(n) AS n")[0].decode("n", as: Int.self) == n)
            }
            await pool.shutdown()
        }
    }

    @Test func `200 writers through a kill and a restart write each row that was promised, once`()
        async throws
    {
        try await PrivatePostgres.with { server in
            let pool = try pool(server, size: 4)
            try await pool.query("CREATE TABLE t (id int PRIMARY KEY)")
            let finished = Shared(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<200 {
                    group.addTask {
                        for turn in 0..<10 {
                            let id = writer * 10 + turn
                            // Whoever is in doubt asks again; the key makes that harmless.
                            while let error = await failure({
                                try await pool.query("INSERT INTO t VALUES (\(id)) ON CONFLICT DO NOTHING")
                            }) {
                                try #require(error.isTransient, "\(error)")
                                try await Task.sleep(for: .milliseconds(20))
                            }
                            finished.change { $0 += 1 }
                        }
                    }
                }
                try await eventually { finished.value > 300 }
                try await server.kill()
                try await server.start()
                try await group.waitForAll()
            }
            #expect(try await pool.query("SELECT count(*) AS n FROM t")[0].decode("n", as: Int.self) == 2000)
            await pool.shutdown()
        }
    }

    @Test func `a port where nobody listens is said within a moment`() async throws {
        var configuration = try PostgresConfiguration(url: "postgresql://postgres:hunter2@127.0.0.1:1/x")
        configuration.poolSize = 1
        let pool = PostgresPool(configuration, logger: TestDatabase.quiet)
        let error = await failure { try await pool.query("SELECT 1") }
        #expect(error?.code == .connection)
        #expect(error?.message.contains("hunter2") == false)
        await pool.shutdown()
    }
}
