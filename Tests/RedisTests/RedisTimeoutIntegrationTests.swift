import Redis
import TestSupport
import Testing

@Suite struct RedisTimeoutIntegrationTests {
    @Test func `a command without a reply times out, and its late reply reaches nobody else`() async throws {
        try await withRedis(commandTimeout: .seconds(2)) { redis, client in
            _ = try await client.send(["SET", "k", "own"])
            redis.freeze()
            let error = await failure { try await client.send(["ECHO", "late"]) }
            redis.thaw()
            #expect(error?.code == .timeout && error?.command == "ECHO")
            #expect(error?.outcomeUnknown == true)
            // The late reply comes first on the same connection.
            let value = try await client.send(["GET", "k"])
            #expect(value.text == "own")
        }
    }

    @Test func `a server that owes replies and stays silent is left`() async throws {
        try await withRedis(commandTimeout: .seconds(1)) { redis, client in
            let before = try await client.send(["CLIENT", "ID"]).int
            redis.freeze()
            let error = await failure { try await client.send(["PING"]) }
            #expect(error?.code == .timeout)
            async let unanswered = failure { try await client.send(["BLPOP", "never", 0]) }
            #expect(await unanswered?.isTransient == true)
            try await eventually {
                let error = await failure { try await client.send(["PING"]) }
                return error?.code == .connection
            }
            redis.thaw()
            try await eventually { await client.isAnswered() }
            #expect(try await client.ask(["CLIENT", "ID"]).int != before)
        }
    }

    @Test func `too many pending commands are refused at once, and accepted again later`() async throws {
        try await PrivateRedis.run { redis in
            var configuration = try RedisConfiguration(url: redis.url)
            configuration.maxPendingCommands = 10
            try await withClient(configuration) { client in
                redis.freeze()
                try await withThrowingTaskGroup(of: RedisError?.self) { group in
                    for _ in 0..<50 { group.addTask { await failure { try await client.send(["PING"]) } } }
                    for _ in 0..<40 {
                        let error = try #require(try await group.next() ?? nil)
                        #expect(error.code == .overloaded && !error.outcomeUnknown && error.isTransient)
                    }
                    redis.thaw()
                    for _ in 0..<10 { #expect(try await group.next() == .some(nil)) }
                }
                #expect(await client.isAnswered())
            }
        }
    }

    @Test func `too many pending bytes are refused as well`() async throws {
        try await PrivateRedis.run { redis in
            var configuration = try RedisConfiguration(url: redis.url)
            configuration.maxPendingBytes = 100_000
            try await withClient(configuration) { client in
                redis.freeze()
                let text = String(repeating: "x", count: 60_000)
                let errors = await withTaskGroup(of: RedisError?.self) { group in
                    for _ in 0..<3 {
                        group.addTask { await failure { try await client.send(["ECHO", .string(text)]) } }
                    }
                    let refused = await group.next() ?? nil
                    redis.thaw()
                    return await group.reduce(into: [refused]) { $0.append($1) }
                }
                #expect(errors.first??.code == .overloaded)
                #expect(errors.filter { $0 == nil }.count == 2)
            }
        }
    }

    @Test func `shutdown lets commands in flight finish and refuses new ones`() async throws {
        try await withRedis { _, client in
            _ = try await client.send(["CLIENT", "PAUSE", 200, "ALL"])
            async let last = client.send(["ECHO", "last"])
            async let after: RedisError? = {
                await client.shutdown()
                return await failure { try await client.send(["PING"]) }
            }()
            #expect(await after?.code == .closed)
            // Issued before or after shutdown began; either way it has one clear outcome.
            do { #expect(try await last.text == "last") } catch {
                #expect((error as? RedisError)?.code == .closed)
            }
            await client.shutdown()
        }
    }

    @Test func `shutdown fails what waits for a connection, and what blocks`() async throws {
        let absent = try PrivateRedis()
        defer { absent.remove() }
        try await withClient(try RedisConfiguration(url: absent.url)) { client in
            async let waiting = failure { try await client.send(["PING"]) }
            try await eventually { await client.shutdownIsDone() }
            #expect(await waiting?.code == .closed)
        }
        try await withRedis { redis, observer in
            let consumer = RedisClient(
                try RedisConfiguration(url: redis.url).blocking, group: loops, logger: quiet)
            async let blocked = failure { try await consumer.send(["BLPOP", "never", 0]) }
            try await eventually { try await observer.seesBlockedClient() }
            await consumer.shutdown()
            let error = await blocked
            #expect(error?.code == .closed && error?.outcomeUnknown == true)
        }
    }

    @Test func `a blocking client waits for as long as Redis does`() async throws {
        try await withRedis { redis, client in
            var blocking = try RedisConfiguration(url: redis.url).blocking
            blocking.connectTimeout = .milliseconds(100)
            let consumer = RedisClient(blocking, group: loops, logger: quiet)
            async let moved = consumer.send(["BLMOVE", "from", "to", "LEFT", "RIGHT", 0])
            try await eventually { try await client.seesBlockedClient() }
            // Longer than any time-out of the consumer: that it still waits then is the point.
            _ = try await client.send(["BLPOP", "nothing", "0.4"])
            _ = try await client.send(["RPUSH", "from", "job"])
            #expect(try await moved.text == "job")
            await consumer.shutdown()
        }
    }
}

extension RedisClient {
    fileprivate func shutdownIsDone() async -> Bool {
        await shutdown()
        return true
    }
}
