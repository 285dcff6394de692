import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Redis
import TestSupport
import Testing

@testable import Realtime

@Suite struct HubIntegrationTests {
    private let loop = TestWorld.group.next()
    private let stream = "test:\(UUID())"

    private func hub(_ url: String, linger: TimeAmount = .seconds(60)) async throws -> Hub {
        var configuration = try RedisConfiguration(url: url)
        configuration.commandTimeout = .seconds(20)
        return try await Hub(
            redis: configuration, group: TestWorld.group, linger: linger, logger: TestWorld.quiet,
            frameHeader: { _, _ in })
    }

    private func join(
        _ hub: Hub, _ listener: Listener, as identifier: String = "me", on loop: (any EventLoop)? = nil
    ) async -> Bool {
        await listener.join(
            hub, LoggedStream(channel: stream, redis: nil), as: StreamKey(identifier, .plain),
            on: loop ?? self.loop)
    }

    private func leave(_ hub: Hub, _ listener: Listener, as identifier: String = "me") async throws {
        try await loop.submit { [stream, loop] in
            hub.leave(
                LoggedStream(channel: stream, redis: nil), as: StreamKey(identifier, .plain), listener,
                on: loop)
        }.get()
    }

    private func publish(_ payload: String, _ redis: RedisClient) async throws {
        _ = try await redis.send(["SPUBLISH", .string(stream), .string("\n\(payload)")])
    }

    private func subscribers(_ redis: RedisClient) async throws -> Int {
        try await redis.send(["PUBSUB", "SHARDNUMSUB", .string(stream)]).array?.last?.int ?? -1
    }

    private func frame(_ payload: String, as identifier: String = "me") -> String {
        String(buffer: ActionCableFrame.message(identifier, ByteBuffer(string: payload)))
    }

    @Test func `a member gets everything that is published once its join is complete, in order`() async throws
    {
        let redis = try await TestWorld.shared().redis
        let (here, there) = (
            try await hub(TestWorld.variable("REDIS_URL")), try await hub(TestWorld.variable("REDIS_URL"))
        )
        let listeners = [Listener(), Listener()]
        #expect(await join(here, listeners[0]))
        #expect(await join(there, listeners[1]))
        for number in 0..<200 { try await publish("\(number)", redis) }
        let all = (0..<200).map { frame("\($0)") }
        try await waitUntil("all publications") { listeners.allSatisfy { $0.heard.count >= 200 } }
        #expect(listeners[0].heard == all)
        #expect(listeners[1].heard == all)
        await here.shutdown()
        await there.shutdown()
    }

    @Test func `many members cost Redis one subscription, and each identifier has its own frame`()
        async throws
    {
        let redis = try await TestWorld.shared().redis
        let hub = try await hub(TestWorld.variable("REDIS_URL"))
        let listeners = (0..<50).map { _ in Listener() }
        await withTaskGroup(of: Bool.self) { group in
            for (index, listener) in listeners.enumerated() {
                let loop = TestWorld.group.next()
                group.addTask { await join(hub, listener, as: index < 25 ? "a" : "b", on: loop) }
            }
            for await joined in group { #expect(joined) }
        }
        #expect(try await subscribers(redis) == 1)
        try await publish("{}", redis)
        try await waitUntil("everybody heard") { listeners.allSatisfy { $0.heard.count == 1 } }
        #expect(listeners.prefix(25).allSatisfy { $0.heard == [frame("{}", as: "a")] })
        #expect(listeners.suffix(25).allSatisfy { $0.heard == [frame("{}", as: "b")] })
        await hub.shutdown()
    }

    @Test func `a member that has left gets nothing more, the others do`() async throws {
        let redis = try await TestWorld.shared().redis
        let hub = try await hub(TestWorld.variable("REDIS_URL"))
        let (gone, here) = (Listener(), Listener())
        #expect(await join(hub, gone))
        #expect(await join(hub, here))
        try await publish("1", redis)
        try await waitUntil("both heard") { gone.heard.count == 1 && here.heard.count == 1 }
        try await leave(hub, gone)
        try await leave(hub, gone)  // a second time takes nobody else's place
        try await publish("2", redis)
        try await waitUntil("the other heard") { here.heard.count == 2 }
        #expect(gone.heard.count == 1)
        await hub.shutdown()
    }

    @Test func `a stream that nobody wants is given up after the linger`() async throws {
        let redis = try await TestWorld.shared().redis
        let hub = try await hub(TestWorld.variable("REDIS_URL"), linger: .milliseconds(50))
        let listener = Listener()
        #expect(await join(hub, listener))
        #expect(try await subscribers(redis) == 1)
        try await leave(hub, listener)
        try await waitUntil("the subscription is gone") { try await subscribers(redis) == 0 }
        // Coming back later is a new subscription, and a complete one.
        #expect(await join(hub, listener))
        try await publish("again", redis)
        try await waitUntil("heard again") { listener.heard == [frame("again")] }
        await hub.shutdown()
    }

    @Test func `coming and going all the time never misses what is published after a join`() async throws {
        let redis = try await TestWorld.shared().redis
        let hub = try await hub(TestWorld.variable("REDIS_URL"), linger: .milliseconds(1))
        for number in 0..<100 {
            let listener = Listener()
            #expect(await join(hub, listener))
            try await publish("\(number)", redis)
            try await waitUntil("publication \(number)") { listener.heard.contains(frame("\(number)")) }
            try await leave(hub, listener)
        }
        await hub.shutdown()
    }

    @Test func `what is no publication is dropped and harms nobody`() async throws {
        let redis = try await TestWorld.shared().redis
        let hub = try await hub(TestWorld.variable("REDIS_URL"))
        let listener = Listener()
        #expect(await join(hub, listener))
        for garbage in ["", "garbage", "x y z\n{}"] {
            _ = try await redis.send(["SPUBLISH", .string(stream), .string(garbage)])
        }
        try await publish("sound", redis)
        try await waitUntil("the sound one") { !listener.heard.isEmpty }
        #expect(listener.heard == [frame("sound")])
        await hub.shutdown()
    }

    @Test func `a join is answered with false when Redis cannot be asked, and the next one may succeed`()
        async throws
    {
        try await PrivateRedis.run { server in
            server.kill()
            var configuration = try RedisConfiguration(url: server.url)
            configuration.commandTimeout = .milliseconds(300)
            let hub = try await Hub(
                redis: configuration, group: TestWorld.group, logger: TestWorld.quiet,
                frameHeader: { _, _ in })
            let listener = Listener()
            #expect(await join(hub, listener) == false)
            try await server.start()
            try await waitUntil("a join succeeds") { await join(hub, listener) }
            await hub.shutdown()
        }
    }
}
