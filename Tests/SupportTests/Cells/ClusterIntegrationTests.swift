import Foundation
import NIOCore
import Realtime
import Redis
import Synchronization
import TestSupport
import Testing

@testable import Support

/// The whole way of a message on a Redis Cluster: sent through one gateway's desk, heard through two gateways' hubs.
@Suite(.serialized) struct ClusterIntegrationTests {
    private let loop = TestWorld.group.next()

    @Test func `while a cell moves from node to node, everybody hears every message once and in order`()
        async throws
    {
        try await TestWorld.withCluster { world, cluster in
            let fixture = try await SupportFixture.make(in: world, cell: Cell(3)) { $0.cells = 4 }
            let other = try await SupportFixture.make(in: world, cell: Cell(1)) { $0.cells = 4 }
            let slot = try await cluster.slot(of: "{c3}")
            let home = try await cluster.owner(of: slot)
            let (visitor, neighbour) = (try await fixture.contact(), try await other.contact())
            try await fixture.send("first", from: visitor)
            try await other.send("first", from: neighbour)
            try await withHubs(world) { hubs in
                let ears = try await listen(
                    hubs, fixture.desk.chats.stream(visitor.chat, for: visitor.principal))
                let others = try await listen(
                    hubs, other.desk.chats.stream(neighbour.chat, for: neighbour.principal))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for number in 2...300 {
                            try await send("\(number)", from: visitor, fixture)
                            try await send("\(number)", from: neighbour, other)
                        }
                    }
                    for step in 1...3 {
                        try await ears[0].isHearing(step * 60)
                        try await cluster.move(slot, to: (home + step) % 3)
                    }
                    try await group.waitForAll()
                }
                for ear in ears + others {
                    try await ear.isHearing(300)
                    #expect(ear.heard == Array(2...300))
                }
                try await fixture.persist()
                try await other.persist()
                #expect(try await fixture.rows(of: visitor.chat) == 300)
                #expect(try await other.rows(of: neighbour.chat) == 300)
            }
        }
    }

    @Test func `when a master dies its cells go on at its replica, and others do not notice`() async throws {
        try await TestWorld.withCluster(replicas: 1, nodeTimeout: .milliseconds(1500)) { world, cluster in
            let fixture = try await SupportFixture.make(in: world)
            let home = try await cluster.owner(of: try await cluster.slot(of: "{c0}"))
            let visitor = try await fixture.contact()
            try await fixture.send("first", from: visitor)
            try await withHubs(world) { hubs in
                let ears = try await listen(
                    hubs, fixture.desk.chats.stream(visitor.chat, for: visitor.principal))
                for number in 2...100 {
                    if number == 50 {
                        try await ears[0].isHearing(49)
                        try await cluster.isReplicated(home)
                        cluster.nodes[home].redis.kill()
                    }
                    try await send("\(number)", from: visitor, fixture)
                }
                for ear in ears {
                    try await ear.isHearing(100)
                    #expect(ear.heard == Array(2...100))
                }
                try await fixture.persist()
                #expect(try await fixture.rows(of: visitor.chat) == 100)
            }
        }
    }

    /// As a client does: again under the same name, until it is accepted.
    private func send(
        _ content: String, from visitor: SupportFixture.Visitor, _ fixture: SupportFixture
    ) async throws {
        try await waitUntil("\(content) is accepted") {
            do {
                try await fixture.send(content, from: visitor, clientID: content)
                return true
            } catch let error as RedisError {
                guard error.isTransient else { throw error }
                return false
            }
        }
    }

    private func withHubs(_ world: TestWorld, _ body: ([Hub]) async throws -> Void) async throws {
        var hubs: [Hub] = []
        for _ in 0..<2 {
            hubs.append(
                try await Hub(
                    redis: try RedisConfiguration(url: world.redisURL), group: TestWorld.group,
                    logger: TestWorld.quiet, frameHeader: { _, _ in }))
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(hubs)) } catch { result = .failure(error) }
        for hub in hubs { await hub.shutdown() }
        try result.get()
    }

    private func listen(_ hubs: [Hub], _ stream: ChatStream) async throws -> [Ear] {
        var ears: [Ear] = []
        for hub in hubs {
            let ear = Ear()
            try await ear.join(hub, stream, on: loop)
            ears.append(ear)
        }
        return ears
    }
}

/// A member that notes the numbers of the messages that it is given.
private final class Ear: StreamMember, Sendable {
    private struct NotHeard: Error, CustomStringConvertible {
        let description: String
    }
    private let numbers = Mutex<[Int]>([])
    private let key = StreamKey("me", .plain)

    var heard: [Int] { numbers.withLock { $0 } }

    func deliver(_ frames: ByteBuffer) {
        let found = String(buffer: frames).split(separator: "{\"identifier\"").compactMap { frame -> Int? in
            guard frame.contains("\"type\":\"new_message\""), let start = frame.firstRange(of: "\"seq\":")
            else {
                return nil
            }
            return Int(frame[start.upperBound...].prefix { $0.isNumber })
        }
        numbers.withLock { $0 += found }
    }

    func isHearing(_ number: Int) async throws {
        do {
            try await waitUntil("message \(number) is heard") { heard.last ?? 1 >= number }
        } catch {
            throw NotHeard(description: "\(error); heard \(heard.count), the last are \(heard.suffix(3))")
        }
    }

    func join(_ hub: Hub, _ stream: ChatStream, on loop: any EventLoop) async throws {
        let place = try await stream.open(nil).position
        let isLive = await withCheckedContinuation { continuation in
            loop.execute {
                let member = NIOLoopBound<any StreamMember>(self, eventLoop: loop)
                hub.join(stream, as: self.key, member, on: loop) { isListening in
                    guard isListening else { return continuation.resume(returning: false) }
                    continuation.resume(
                        returning: hub.goLive(self, on: stream, as: self.key, from: place, on: loop))
                }
            }
        }
        guard isLive else { throw NotHeard(description: "could not listen") }
    }
}
