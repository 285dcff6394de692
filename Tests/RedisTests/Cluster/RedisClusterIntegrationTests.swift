import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Redis

@Suite(.serialized) struct RedisClusterIntegrationTests {
    @Test func `commands, scripts and pipelines go to the node that holds their keys`() async throws {
        try await withCluster { cluster, client in
            for number in 0..<200 {
                let key = "\(number)-{tag \(number)}-x"
                #expect(try await cluster.slot(of: key) == HashSlot(of: key).number)
                #expect(try await client.ask(["SET", .string(key), .integer(number)]) == .status("OK"))
                #expect(try await client.ask(["GET", .string(key)]).int == number)
            }
            var sizes: [Int] = []
            for node in cluster.nodes { sizes.append(try await node.client.send(["DBSIZE"]).int ?? 0) }
            #expect(sizes.reduce(0, +) == 200 && sizes.allSatisfy { $0 > 30 })

            let lease = try TestWorld.scripts().script("journal/lease")
            try await client.load(try TestWorld.scripts())
            for cell in 0..<20 {
                // One node after the other has forgotten its scripts.
                _ = try await cluster.nodes[cell % 3].client.send(["SCRIPT", "FLUSH"])
                let held = try await client.evaluate(
                    lease, keys: ["{c\(cell)}:lease"], arguments: ["me", 5000])
                #expect(held.array?.first?.text == "held")
            }
            let replies = try await client.pipeline([
                ["MULTI"], ["SET", "{a}1", "x"], ["GET", "{a}1"], ["EXEC"],
            ])
            #expect(replies.last?.array?.last?.text == "x")
            let error = await failure { try await client.pipeline([["GET", "a"], ["GET", "b"]]) }
            #expect(error?.code == .configuration)
        }
    }

    @Test func `a slot that moves while it is written to loses nothing and doubles nothing`() async throws {
        try await withCluster { cluster, client in
            let slot = try await cluster.slot(of: "{s}")
            let isOver = Flag()
            let add = "redis.call('INCR', KEYS[1]) redis.call('RPUSH', KEYS[2], ARGV[1]) return 1"
            try await withThrowingTaskGroup(of: [String].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var written: [String] = []
                        while !isOver.isRaised {
                            let name = "\(writer):\(written.count)"
                            _ = try await client.send([
                                "EVAL", .string(add), 2, "{s}:n", "{s}:list", .string(name),
                            ])
                            written.append(name)
                        }
                        return written
                    }
                }
                let home = try await cluster.owner(of: slot)
                for step in 1...4 {
                    try await cluster.move(slot, to: (home + step) % 3)
                    try await Task.sleep(for: .milliseconds(50))
                }
                isOver.raise()
                let written = try await group.reduce(into: []) { $0 += $1 }
                let list =
                    try await client.send(["LRANGE", "{s}:list", 0, -1]).array?.compactMap(\.text) ?? []
                #expect(list.sorted() == written.sorted())
                #expect(try await client.ask(["GET", "{s}:n"]).int == written.count)
                #expect(written.count > 100)
            }
        }
    }

    @Test func `a subscriber hears every node, and follows a slot that moves`() async throws {
        try await withCluster { cluster, client in
            let inbox = ClusterInbox()
            let subscriber = inbox.subscriber(try RedisConfiguration(url: cluster.url))
            let channels = (0..<60).map { "{c\($0)}:a" } + (0..<60).map { "{c\($0)}:b" }
            try await subscriber.subscribe(channels)
            for channel in channels {
                #expect(try await client.ask(["SPUBLISH", .string(channel), "1"]) == .integer(1))
            }
            try await eventually { inbox.heard.count == 120 }
            #expect(inbox.gaps.isEmpty)

            let slot = try await cluster.slot(of: "{c7}")
            let home = try await cluster.owner(of: slot)
            try await cluster.move(slot, to: (home + 1) % 3)
            try await eventually { inbox.gaps == ["{c7}:a", "{c7}:b"] }
            #expect(try await client.ask(["SPUBLISH", "{c7}:a", "2"]) == .integer(1))
            try await eventually { inbox.heard.last == "{c7}:a 2" }

            subscriber.unsubscribe(["{c7}:a", "{c8}:a"])
            try await eventually { try await client.ask(["SPUBLISH", "{c7}:a", "3"]) == .integer(0) }
            try await eventually { try await client.ask(["SPUBLISH", "{c8}:a", "3"]) == .integer(0) }
            #expect(try await client.ask(["SPUBLISH", "{c8}:b", "3"]) == .integer(1))
            await subscriber.shutdown()
        }
    }

    @Test func `whoever takes over from a killed master is written to and listened to`() async throws {
        try await withCluster(replicas: 1, nodeTimeout: .milliseconds(1500)) { cluster, client in
            let inbox = ClusterInbox()
            let subscriber = inbox.subscriber(try RedisConfiguration(url: cluster.url))
            let slot = try await cluster.slot(of: "{s}")
            let home = try await cluster.owner(of: slot)
            let elsewhere =
                (0..<100).map { "{e\($0)}" }.first { HashSlot(of: $0).number / 5462 != home } ?? ""
            try await subscriber.subscribe(["{s}:channel", elsewhere])
            _ = try await client.send(["SET", "{s}:kept", "1"])
            _ = try await client.send(["WAIT", 1, 1000])

            cluster.nodes[home].redis.kill()
            // The other nodes go on meanwhile.
            #expect(try await client.ask(["SPUBLISH", .string(elsewhere), "1"]) == .integer(1))
            try await eventually(within: .seconds(20)) {
                await failure { try await client.send(["INCR", "{s}:n"]) } == nil
            }
            try await eventually { inbox.gaps.contains("{s}:channel") }
            #expect(try await client.ask(["SPUBLISH", "{s}:channel", "2"]) == .integer(1))
            try await eventually { inbox.heard.last == "{s}:channel 2" }
            #expect(!inbox.gaps.contains(elsewhere))
            // Come back as a replica, it is not written to.
            try await cluster.nodes[home].redis.start()
            for number in 0..<50 { _ = try await client.send(["SET", "{s}:\(number)", "1"]) }
            await subscriber.shutdown()
        }
    }

    @Test func `a cluster of which no node answers is told of clearly, and found when it is there`()
        async throws
    {
        let port = try FreePort.find()
        var configuration = try RedisConfiguration(url: "redis-cluster://127.0.0.1:\(port)")
        configuration.commandTimeout = .milliseconds(300)
        try await withClient(configuration) { client in
            let error = await failure { try await client.send(["GET", "a"]) }
            #expect(error?.code == .connection && error?.outcomeUnknown == false)
        }
    }

    private func withCluster(
        replicas: Int = 0, nodeTimeout: Duration = .seconds(5),
        _ body: (PrivateRedisCluster, RedisClient) async throws -> Void
    ) async throws {
        try await PrivateRedisCluster.run(replicas: replicas, nodeTimeout: nodeTimeout) { cluster in
            try await withClient(try RedisConfiguration(url: cluster.url)) { try await body(cluster, $0) }
        }
    }
}

/// What a subscriber of a cluster has received, and where it may have missed something.
private final class ClusterInbox: Sendable {
    private let texts = Mutex<[String]>([])
    private let missed = Mutex<Set<String>>([])

    var heard: [String] { texts.withLock { $0 } }
    var gaps: Set<String> { missed.withLock { $0 } }

    func subscriber(_ configuration: RedisConfiguration) -> RedisSubscriber {
        RedisSubscriber(
            configuration, group: loops, logger: quiet,
            onMessages: { batch in
                self.texts.withLock { $0 += batch.map { "\($0.channel) \(String(buffer: $0.payload))" } }
            },
            onReconnect: { channels in self.missed.withLock { $0.formUnion(channels ?? ["all"]) } })
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)
    var isRaised: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}
