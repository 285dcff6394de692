import Redis
import TestSupport
import Testing

@Suite struct RedisReconnectIntegrationTests {
    @Test func `commands in flight when Redis is killed fail at once, as of unknown outcome`() async throws {
        try await withRedis(commandTimeout: .seconds(30)) { redis, client in
            async let blocked = failure { try await client.send(["BLPOP", "never", 0]) }
            let observer = RedisClient(try RedisConfiguration(url: redis.url), group: loops, logger: quiet)
            try await eventually { try await observer.seesBlockedClient() }
            await observer.shutdown()
            let (behind, continuation) = AsyncStream.makeStream(of: RedisError?.self)
            for _ in 1...3 {
                client.submit(["PING"]) { result in
                    if case .failure(let error) = result { continuation.yield(error) }
                }
            }
            // By a turn of its loop the client has sent them.
            try await client.eventLoop.submit {}.get()
            let killed = ContinuousClock.now
            redis.kill()
            let others = await behind.prefix(3).reduce(into: []) { $0.append($1) }
            for error in [await blocked] + others {
                #expect(error?.code == .connection)
                #expect(error?.outcomeUnknown == true)
                #expect(error?.isTransient == true)
            }
            #expect(ContinuousClock.now - killed < .seconds(5))
        }
    }

    @Test func `commands issued while Redis is away wait for it`() async throws {
        try await withRedis(
            ["--appendonly", "yes", "--appendfsync", "always"], reconnectPatience: .seconds(5)
        ) { redis, client in
            _ = try await client.send(["SET", "k", "v"])
            redis.kill()
            async let value = unlessLost { try await client.send(["GET", "k"]) }
            try await redis.start()
            #expect(try await value.text == "v")
        }
    }

    @Test func `commands issued while Redis stays away fail clearly, after the time-out`() async throws {
        try await withRedis(commandTimeout: .milliseconds(300)) { redis, client in
            _ = try await client.send(["PING"])
            redis.kill()
            let start = ContinuousClock.now
            let error = await failure { try await unlessLost { try await client.send(["GET", "k"]) } }
            #expect(error?.code == .connection)
            #expect(error?.outcomeUnknown == false)
            #expect(error?.message.contains("127.0.0.1:\(redis.port)") == true, "\(error?.message ?? "")")
            #expect(ContinuousClock.now - start >= .milliseconds(290))
            try await redis.start()
            try await eventually { await client.isAnswered() }
        }
    }

    @Test func `when Redis has been away for a while nobody is kept waiting`() async throws {
        try await withRedis(commandTimeout: .seconds(30), reconnectPatience: .milliseconds(100)) {
            redis, client in
            _ = try await client.send(["PING"])
            // In flight with a deadline far away, so that the clock for those who wait has to be set anew.
            async let blocked = failure { try await client.send(["BLPOP", "never", 0]) }
            redis.kill()
            #expect(await blocked?.isTransient == true)
            let start = ContinuousClock.now
            for _ in 1...100 {
                let error = await failure { try await unlessLost { try await client.send(["GET", "k"]) } }
                #expect(error?.code == .connection && error?.outcomeUnknown == false)
            }
            #expect(ContinuousClock.now - start < .seconds(10))
            try await redis.start()
            try await eventually { await client.isAnswered() }
        }
    }

    @Test func `no caller is lost while Redis is killed and started under load`() async throws {
        try await withRedis(commandTimeout: .seconds(3)) { redis, client in
            let counts = try await withThrowingTaskGroup(of: (ok: Int, failed: Int).self) { group in
                for caller in 0..<100 { group.addTask { await echo(caller, by: client) } }
                for _ in 0..<5 {
                    try await eventually { await client.isAnswered() }
                    try await redis.restart()
                }
                try await eventually { await client.isAnswered() }
                group.cancelAll()
                // That every task comes back is the assertion: a lost continuation would hang here.
                return try await group.reduce(into: (ok: 0, failed: 0)) {
                    $0 = ($0.ok + $1.ok, $0.failed + $1.failed)
                }
            }
            #expect(counts.ok > 0 && counts.failed > 0)
        }
    }

    /// Echoes until cancelled; each answer must be its own.
    private func echo(_ caller: Int, by client: RedisClient) async -> (ok: Int, failed: Int) {
        var (ok, failed) = (0, 0)
        while !Task.isCancelled {
            let text = "\(caller):\(ok):\(failed)"
            do {
                let reply = try await client.send(["ECHO", .string(text)])
                #expect(reply.text == text)
                ok += 1
            } catch { failed += 1 }
        }
        return (ok, failed)
    }

    @Test func `a command is sent once only, whatever happens to the connection`() async throws {
        try await withRedis(["--appendonly", "yes", "--appendfsync", "always"]) { redis, client in
            var known = 0
            var unknown = 0
            for _ in 0..<10 {
                let outcomes = await withTaskGroup(of: RedisError?.self) { group in
                    for _ in 0..<50 {
                        group.addTask {
                            await failure {
                                _ = try await client.send(["INCR", "n"])
                            }
                        }
                    }
                    if Bool.random() { try? await redis.restart() }  // A failure shows in the GET below.
                    return await group.reduce(into: [RedisError?]()) { $0.append($1) }
                }
                known += outcomes.filter { $0 == nil }.count
                unknown += outcomes.compactMap { $0 }.filter(\.outcomeUnknown).count
            }
            try await eventually { await client.isAnswered() }
            let total = try await client.send(["GET", "n"]).int ?? 0
            #expect(total >= known && total <= known + unknown)
        }
    }

    @Test func `the client may be there before Redis is`() async throws {
        let redis = try PrivateRedis()
        defer { redis.remove() }
        try await withClient(try RedisConfiguration(url: redis.url)) { client in
            async let pong = client.send(["PING"])
            try await redis.start()
            #expect(try await pong == .status("PONG"))
        }
    }

    @Test func `log-in, database and name are set again on each connection`() async throws {
        try await PrivateRedis.run([
            "--requirepass", "root", "--user", "ann", "on", ">pw", "~*", "&*", "+@all",
        ]) { redis in
            let url = "redis://ann:pw@127.0.0.1:\(redis.port)/3?client_name=tester"
            try await withClient(try RedisConfiguration(url: url)) { client in
                for _ in 0..<2 {
                    let info = try await client.send(["CLIENT", "INFO"]).text ?? ""
                    for part in [" db=3 ", " name=tester ", " user=ann"] {
                        #expect(info.contains(part), "\(info)")
                    }
                    try await redis.restart()
                    try await eventually { await client.isAnswered() }
                }
            }
        }
    }

    @Test func `a wrong password is said, without the password`() async throws {
        try await PrivateRedis.run(["--requirepass", "right"]) { redis in
            var configuration = try RedisConfiguration(url: "redis://:hunter2@127.0.0.1:\(redis.port)")
            configuration.commandTimeout = .seconds(2)
            try await withClient(configuration) { client in
                let error = await failure { try await client.send(["PING"]) }
                #expect(error?.code == .connection)
                #expect(error?.message.contains("WRONGPASS") == true, "\(error?.message ?? "")")
                #expect(error?.description.contains("hunter2") == false)
            }
        }
    }

    /// What `body` gives when its command was not lost with a connection whose end nobody had noticed yet.
    private func unlessLost<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        while true {
            do { return try await body() } catch let error as RedisError where error.outcomeUnknown {
                continue
            }
        }
    }
}
