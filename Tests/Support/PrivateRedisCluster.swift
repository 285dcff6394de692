import Foundation
import Logging
import NIOPosix
import Redis

/// A Redis Cluster of a test's own: masters, and replicas if asked for, each a `PrivateRedis`.
package final class PrivateRedisCluster: Sendable {
    package struct Node: Sendable {
        package let redis: PrivateRedis
        package let client: RedisClient
        package let busPort: Int
        package let id: String
    }

    /// Masters first, each with an equal share of the slots.
    package let nodes: [Node]
    private let masters: Int

    /// All nodes, as a setting names them.
    package var url: String {
        "redis-cluster://" + nodes.map { "127.0.0.1:\($0.redis.port)" }.joined(separator: ",")
    }

    private init(nodes: [Node], masters: Int) {
        self.nodes = nodes
        self.masters = masters
    }

    /// - Parameter replicas: of each master.
    package static func run<T>(
        masters: Int = 3, replicas: Int = 0, nodeTimeout: Duration = .seconds(5),
        _ body: (PrivateRedisCluster) async throws -> T
    ) async throws -> T {
        var servers: [(PrivateRedis, Int)] = []
        defer { for (server, _) in servers { server.remove() } }
        for _ in 0..<masters * (1 + replicas) {
            let bus = try FreePort.find()
            let milliseconds =
                nodeTimeout.components.seconds * 1000
                + nodeTimeout.components.attoseconds / 1_000_000_000_000_000
            let server = try PrivateRedis([
                "--cluster-enabled", "yes", "--cluster-port", "\(bus)", "--cluster-node-timeout",
                "\(milliseconds)",
                "--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0",
            ])
            servers.append((server, bus))
            try await server.start()
        }
        var nodes: [Node] = []
        for (server, bus) in servers {
            let client = RedisClient(
                try RedisConfiguration(url: server.url), group: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let id = try await client.send(["CLUSTER", "MYID"]).text ?? ""
            nodes.append(Node(redis: server, client: client, busPort: bus, id: id))
        }
        let cluster = PrivateRedisCluster(nodes: nodes, masters: masters)
        let result: Result<T, any Error>
        do {
            try await cluster.join()
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        for node in nodes { await node.client.shutdown() }
        return try result.get()
    }

    private func join() async throws {
        for (index, node) in nodes.enumerated() {
            _ = try await node.client.send(["CLUSTER", "SET-CONFIG-EPOCH", .integer(index + 1)])
        }
        for (index, node) in nodes.enumerated() {
            if index < masters {
                let (first, end) = (16_384 * index / masters, 16_384 * (index + 1) / masters)
                _ = try await node.client.send([
                    "CLUSTER", "ADDSLOTSRANGE", .integer(first), .integer(end - 1),
                ])
            }
            for other in nodes where other.id != node.id {
                _ = try await node.client.send([
                    "CLUSTER", "MEET", "127.0.0.1", .integer(other.redis.port), .integer(other.busPort),
                ])
            }
        }
        try await waitUntil("the cluster is whole", within: .seconds(20)) {
            for node in self.nodes {
                let info = try await node.client.send(["CLUSTER", "INFO"]).text ?? ""
                guard info.contains("cluster_state:ok"),
                    info.contains("cluster_known_nodes:\(self.nodes.count)"),
                    info.contains("cluster_slots_assigned:16384")
                else { return false }
            }
            return true
        }
        for (index, node) in nodes.enumerated().dropFirst(masters) {
            _ = try await node.client.send(["CLUSTER", "REPLICATE", .string(nodes[index % masters].id)])
        }
        try await waitUntil("the cluster is whole", within: .seconds(20)) {
            for node in self.nodes.dropFirst(self.masters) {
                let info = try await node.client.send(["INFO", "replication"]).text ?? ""
                guard info.contains("master_link_status:up") else { return false }
            }
            return true
        }
    }

    /// Returns when a master's replicas have got all that it has: what they have not is lost with it, as Redis's
    /// replication does not wait.
    package func isReplicated(_ master: Int) async throws {
        try await waitUntil("the replicas have everything") {
            let info = try await self.nodes[master].client.send(["INFO", "replication"]).text ?? ""
            guard let all = info.firstMatch(of: /master_repl_offset:(\d+)/)?.1 else { return false }
            let theirs = info.matches(of: /slave\d+:.*,offset=(\d+)/).map(\.1)
            return !theirs.isEmpty && theirs.allSatisfy { $0 == all }
        }
    }

    package func slot(of key: String) async throws -> Int {
        try await nodes[0].client.send(["CLUSTER", "KEYSLOT", .string(key)]).int ?? 0
    }

    /// The place in `nodes` of who says that the slot is its own.
    package func owner(of slot: Int) async throws -> Int {
        for (index, node) in nodes.enumerated() {
            let text = try await node.client.send(["CLUSTER", "NODES"]).text ?? ""
            let mine = text.split(separator: "\n").first { $0.contains("myself") } ?? ""
            let ranges = mine.split(separator: " ").dropFirst(8).compactMap { word -> ClosedRange<Int>? in
                let ends = word.split(separator: "-").compactMap { Int($0) }
                return ends.count == 0 || word.hasPrefix("[") ? nil : ends[0]...ends[ends.count - 1]
            }
            if ranges.contains(where: { $0.contains(slot) }) { return index }
        }
        throw PrivateRedis.Failure(description: "nobody has slot \(slot)")
    }

    /// Moves a slot with all of its keys, as `redis-cli --cluster reshard` does: while everything goes on.
    package func move(_ slot: Int, to target: Int) async throws {
        let (source, target) = (nodes[try await owner(of: slot)], nodes[target])
        _ = try await target.client.send([
            "CLUSTER", "SETSLOT", .integer(slot), "IMPORTING", .string(source.id),
        ])
        _ = try await source.client.send([
            "CLUSTER", "SETSLOT", .integer(slot), "MIGRATING", .string(target.id),
        ])
        while true {
            let keys =
                try await source.client.send(["CLUSTER", "GETKEYSINSLOT", .integer(slot), 10]).array ?? []
            if keys.isEmpty { break }
            let names = keys.map { RedisArgument.string($0.text ?? "") }
            _ = try await source.client.send(
                RedisCommand(
                    ["MIGRATE", "127.0.0.1", .integer(target.redis.port), "", 0, 5000, "KEYS"] + names))
        }
        for node in [target, source] + nodes.filter({ $0.id != source.id && $0.id != target.id }) {
            do {
                _ = try await node.client.send([
                    "CLUSTER", "SETSLOT", .integer(slot), "NODE", .string(target.id),
                ])
            } catch {
                // Replicas learn it from their masters.
                guard error.code == .server else { throw error }
            }
        }
    }
}
