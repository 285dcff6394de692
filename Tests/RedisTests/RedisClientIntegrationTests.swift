import NIOCore
import Redis
import TestSupport
import Testing

@Suite struct RedisClientIntegrationTests {
    @Test func `commands of every kind are answered`() async throws {
        try await withRedis { _, client in
            let binary = ByteBuffer(bytes: Array(0...255))
            let replies = try await [
                client.send(["SET", "k", .bytes(binary)]), client.send(["GET", "k"]),
                client.send(["INCRBY", "n", 41]), client.send(["GET", "absent"]),
                client.send(["RPUSH", "l", "a", "b"]), client.send(["LRANGE", "l", 0, -1]),
            ]
            #expect(
                replies == [
                    .status("OK"), .string(binary), .integer(41), .null, .integer(2),
                    .array([.string("a"), .string("b")]),
                ])
        }
    }

    @Test func `an error reply is thrown and harms no neighbour`() async throws {
        try await withRedis { _, client in
            _ = try await client.send(["SET", "k", "secret"])
            async let value = client.send(["GET", "k"])
            let error = await failure { try await client.send(["LPUSH", "k", "secret"]) }
            #expect(error?.code == .server && error?.serverCode == .wrongType && error?.command == "LPUSH")
            #expect(error?.description.contains("secret") == false)
            #expect(try await value.text == "secret")
        }
    }

    @Test func `thousands of concurrent callers each get their own reply`() async throws {
        try await withRedis { _, client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<200 {
                    group.addTask {
                        for round in 0..<50 {
                            let text = "\(caller):\(round)"
                            let reply = try await client.send(["ECHO", .string(text)])
                            #expect(reply.text == text)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a pipeline answers in order, with errors as values`() async throws {
        try await withRedis { _, client in
            let replies = try await client.pipeline([
                ["SET", "k", "v"], ["LPUSH", "k", "x"], ["MULTI"], ["INCR", "n"], ["EXEC"], ["GET", "k"],
            ])
            #expect(replies.count == 6)
            #expect(replies[0] == .status("OK"))
            guard case .error(let text) = replies[1] else { return #expect(Bool(false), "LPUSH on a string") }
            #expect(text.hasPrefix("WRONGTYPE"))
            #expect(replies[4] == .array([.integer(1)]))
            #expect(replies[5].text == "v")
            let none = try await client.pipeline([])
            #expect(none.isEmpty)
        }
    }

    @Test func `completions run on the client's loop, refused ones too`() async throws {
        try await withRedis { _, client in
            let loop = client.eventLoop
            let (stream, continuation) = AsyncStream.makeStream(of: Bool.self)
            client.submit(["PING"]) { _ in continuation.yield(loop.inEventLoop) }
            var calls = stream.makeAsyncIterator()
            #expect(await calls.next() == true)
            await client.shutdown()
            client.submit(["PING"]) { result in
                let isRefused = if case .failure(let error) = result { error.code == .closed } else { false }
                continuation.yield(loop.inEventLoop && isRefused)
            }
            #expect(await calls.next() == true)
        }
    }

    @Test func `large values come and go`() async throws {
        try await withRedis { _, client in
            let large = ByteBuffer(repeating: 0x61, count: 20 << 20)
            _ = try await client.send(["SET", "k", .bytes(large)])
            #expect(try await client.ask(["GET", "k"]).bytes == large)
        }
    }

    @Test func `a reply above the limit closes the connection, and the client goes on`() async throws {
        try await PrivateRedis.run { redis in
            var configuration = try RedisConfiguration(url: redis.url)
            configuration.maxReplyBytes = 100_000
            try await withClient(configuration) { client in
                _ = try await client.send(["SETRANGE", "k", 500_000, "x"])
                let error = await failure { try await client.send(["GET", "k"]) }
                #expect(error?.code == .protocolViolation)
                try await eventually { await client.isAnswered() }
            }
        }
    }
}
