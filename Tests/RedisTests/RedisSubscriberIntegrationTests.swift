import NIOCore
import Redis
import Synchronization
import TestSupport
import Testing

@Suite struct RedisSubscriberIntegrationTests {
    @Test func `what is published after subscribe returned is received, in order`() async throws {
        try await withSubscriber { _, client, subscriber, inbox in
            try await subscriber.subscribe(["a", "b"])
            for number in 0..<1000 {
                let receivers = try await client.send([
                    "SPUBLISH", number % 2 == 0 ? "a" : "b", .integer(number),
                ])
                #expect(receivers == .integer(1))
            }
            try await eventually { inbox.payloads.count == 1000 }
            #expect(inbox.payloads == (0..<1000).map(String.init))
            #expect(inbox.channels == (0..<1000).map { $0 % 2 == 0 ? "a" : "b" })
        }
    }

    @Test func `messages of one read come in one callback`() async throws {
        try await withSubscriber { _, client, subscriber, inbox in
            try await subscriber.subscribe(["a"])
            let loop = "for i = 1, 500 do redis.call('SPUBLISH', KEYS[1], i) end"
            _ = try await client.send(["EVAL", .string(loop), 1, "a"])
            try await eventually { inbox.payloads.count == 500 }
            #expect(inbox.callbacks < 50)
        }
    }

    @Test func `payloads are any bytes of any size`() async throws {
        try await withSubscriber { _, client, subscriber, inbox in
            try await subscriber.subscribe(["a"])
            let payloads = [0, 1, 70_000, 3 << 20, 5].map { ByteBuffer(repeating: 0xFF, count: $0) }
            for payload in payloads { _ = try await client.send(["SPUBLISH", "a", .bytes(payload)]) }
            try await eventually { inbox.messages.withLock { $0.count } == 5 }
            #expect(inbox.messages.withLock { $0.map(\.payload) } == payloads)
        }
    }

    @Test func `after unsubscribe Redis knows of no subscriber`() async throws {
        try await withSubscriber { _, client, subscriber, _ in
            try await subscriber.subscribe(["a", "b"])
            subscriber.unsubscribe(["a", "never"])
            try await eventually { try await client.send(["SPUBLISH", "a", "x"]) == .integer(0) }
            #expect(try await client.ask(["SPUBLISH", "b", "x"]) == .integer(1))
            try await subscriber.subscribe(["a", "b"])
            #expect(try await client.ask(["SPUBLISH", "a", "x"]) == .integer(1))
        }
    }

    @Test func `thousands of concurrent subscribe calls return subscribed`() async throws {
        try await withSubscriber { _, client, subscriber, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<3000 { group.addTask { try await subscriber.subscribe(["c\(number)"]) } }
                try await group.waitForAll()
            }
            #expect(try await client.ask(["PUBSUB", "SHARDCHANNELS"]).array?.count == 3000)
        }
    }

    @Test func `after Redis was killed all channels are subscribed again before onReconnect`() async throws {
        try await withSubscriber { redis, client, subscriber, inbox in
            let channels = (0..<2000).map { "c\($0)" }
            try await subscriber.subscribe(channels)
            for round in 1...3 {
                try await redis.restart()
                try await eventually { inbox.reconnects.withLock { $0 } == round }
                try await eventually { await client.isAnswered() }
                let reply = try await client.send(["PUBSUB", "SHARDCHANNELS"])
                #expect(Set((reply.array ?? []).compactMap(\.text)) == Set(channels))
                _ = try await client.send(["SPUBLISH", "c1999", .integer(round)])
                try await eventually { inbox.payloads.last == String(round) }
            }
        }
    }

    @Test func `subscribe while Redis is away returns when it is back`() async throws {
        try await withSubscriber { redis, client, subscriber, _ in
            try await subscriber.subscribe(["before"])
            redis.kill()
            async let later: Void = subscriber.subscribe(["later"])
            try await redis.start()
            try await later
            try await eventually { await client.isAnswered() }
            #expect(try await client.ask(["SPUBLISH", "later", "x"]) == .integer(1))
            #expect(try await client.ask(["SPUBLISH", "before", "x"]) == .integer(1))
        }
    }

    @Test func `subscribe fails clearly when Redis stays away, and the channel is not wanted then`()
        async throws
    {
        try await withSubscriber(commandTimeout: .seconds(2)) { redis, client, subscriber, inbox in
            try await subscriber.subscribe(["kept"])
            redis.kill()
            let error = await failure { try await subscriber.subscribe(["given up", "kept"]) }
            #expect(error?.code == .connection && error?.command == "SSUBSCRIBE")
            try await redis.start()
            try await eventually { inbox.reconnects.withLock { $0 } == 1 }
            try await eventually { await client.isAnswered() }
            #expect(try await client.ask(["PUBSUB", "SHARDCHANNELS"]).array?.compactMap(\.text) == ["kept"])
        }
    }

    @Test func `a connection that went silent is found by PING and replaced`() async throws {
        try await withSubscriber(commandTimeout: .seconds(2), idlePing: .milliseconds(100)) {
            redis, client, subscriber, inbox in
            try await subscriber.subscribe(["a"])
            redis.freeze()
            // The kernel still accepts connections for a frozen server, so the way back is the thaw.
            try await eventually {
                await failure { try await subscriber.subscribe(["b"]) }?.code == .connection
            }
            redis.thaw()
            try await eventually { inbox.reconnects.withLock { $0 } == 1 }
            _ = try await client.send(["SPUBLISH", "a", "after"])
            try await eventually { inbox.payloads == ["after"] }
        }
    }

    @Test func `an idle subscriber stays connected`() async throws {
        try await withSubscriber(commandTimeout: .milliseconds(500), idlePing: .milliseconds(20)) {
            _, client, subscriber, inbox in
            for channels in [[], ["a"]] {
                try await subscriber.subscribe(channels)
                let before = try await pings(client)
                try await eventually { try await pings(client) > before + 2 }
            }
            #expect(inbox.reconnects.withLock { $0 } == 0)
        }
    }

    @Test func `a refusal of Redis is thrown, and other channels stay`() async throws {
        try await PrivateRedis.run(["--user", "ann", "on", ">pw", "~*", "resetchannels", "&free*", "+@all"]) {
            redis in
            let inbox = Inbox()
            let url = "redis://ann:pw@127.0.0.1:\(redis.port)"
            let subscriber = inbox.subscriber(try RedisConfiguration(url: url))
            try await subscriber.subscribe(["free:1"])
            let error = await failure { try await subscriber.subscribe(["secret"]) }
            #expect(error?.serverCode == .noPermission)
            try await eventually { inbox.reconnects.withLock { $0 } == 1 }
            try await subscriber.subscribe(["free:2"])
            try await withClient(try RedisConfiguration(url: redis.url)) { client in
                let channels = try await client.send(["PUBSUB", "SHARDCHANNELS"]).array?.compactMap(\.text)
                #expect(Set(channels ?? []) == ["free:1", "free:2"])
            }
            await subscriber.shutdown()
        }
    }

    @Test func `shutdown fails calls that wait and closes the connection`() async throws {
        try await withSubscriber { redis, client, subscriber, _ in
            try await subscriber.subscribe(["a"])
            redis.freeze()
            async let waiting = failure { try await subscriber.subscribe(["b"]) }
            await subscriber.shutdown()
            redis.thaw()
            #expect(await waiting?.code == .closed)
            #expect(await failure { try await subscriber.subscribe(["c"]) }?.code == .closed)
            try await eventually { try await client.send(["SPUBLISH", "a", "x"]) == .integer(0) }
        }
    }

    private func pings(_ client: RedisClient) async throws -> Int {
        let stats = try await client.send(["INFO", "commandstats"]).text ?? ""
        let calls = stats.split(separator: "cmdstat_ping:calls=").dropFirst().first?.prefix { $0.isNumber }
        return calls.flatMap { Int($0) } ?? 0
    }

    private func withSubscriber(
        commandTimeout: Duration = .seconds(10), idlePing: Duration = .seconds(10),
        _ body: (PrivateRedis, RedisClient, RedisSubscriber, Inbox) async throws -> Void
    ) async throws {
        try await withRedis { redis, client in
            var configuration = try RedisConfiguration(url: redis.url)
            configuration.commandTimeout = commandTimeout
            configuration.idlePingInterval = idlePing
            let inbox = Inbox()
            let subscriber = inbox.subscriber(configuration)
            do { try await body(redis, client, subscriber, inbox) } catch {
                await subscriber.shutdown()
                throw error
            }
            await subscriber.shutdown()
        }
    }
}

/// What a subscriber has received.
private final class Inbox: Sendable {
    let messages = Mutex<[RedisMessage]>([])
    let reconnects = Mutex(0)
    private let calls = Mutex(0)

    var payloads: [String] { messages.withLock { $0.map { String(buffer: $0.payload) } } }
    var channels: [String] { messages.withLock { $0.map(\.channel) } }
    var callbacks: Int { calls.withLock { $0 } }

    func subscriber(_ configuration: RedisConfiguration) -> RedisSubscriber {
        RedisSubscriber(
            configuration, group: loops, logger: quiet,
            onMessages: { batch in
                self.messages.withLock { $0 += batch }
                self.calls.withLock { $0 += 1 }
            },
            onReconnect: { _ in self.reconnects.withLock { $0 += 1 } })
    }
}
