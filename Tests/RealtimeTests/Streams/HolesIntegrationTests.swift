import Foundation
import NIOCore
import Redis
import TestSupport
import Testing

@testable import Realtime

/// What pub/sub loses, the hub fills in from history, or says that it cannot.
@Suite struct HolesIntegrationTests {
    private let loop = TestWorld.group.next()

    private func with(
        _ body: (Hub, LoggedStream, RedisClient) async throws -> Void
    ) async throws {
        let redis = try await TestWorld.shared().redis
        let hub = try await Hub(
            redis: try RedisConfiguration(url: TestWorld.variable("REDIS_URL")), group: TestWorld.group,
            logger: TestWorld.quiet, frameHeader: { _, _ in })
        try await body(hub, LoggedStream(channel: "test:\(UUID())", redis: redis), redis)
        await hub.shutdown()
    }

    private func frame(_ payload: String) -> String { #"{"identifier":"me","message":\#(payload)}"# }
    private let key = StreamKey("me", .plain)

    @Test func `a hole is filled before what showed it is sent on`() async throws {
        try await with { hub, stream, _ in
            let listener = Listener()
            #expect(await listener.join(hub, stream, as: key, on: loop))
            for number in 1...10 {
                try await stream.publish("\(number)", at: number, isHeard: ![4, 5, 9].contains(number))
            }
            try await waitUntil("all ten") { listener.heard.count >= 10 }
            #expect(listener.heard == (1...10).map { frame("\($0)") })
        }
    }

    @Test func `what comes twice is sent once`() async throws {
        try await with { hub, stream, _ in
            let listener = Listener()
            #expect(await listener.join(hub, stream, as: key, on: loop))
            for number in 1...3 { try await stream.publish("\(number)", at: number) }
            for number in 1...3 { try await stream.tell("again", at: number) }
            try await stream.publish("4", at: 4)
            try await waitUntil("four") { listener.heard.contains(frame("4")) }
            #expect(listener.heard == (1...4).map { frame("\($0)") })
        }
    }

    @Test func `a hole that history cannot fill is told, and what is live goes on`() async throws {
        try await with { hub, stream, _ in
            let listener = Listener()
            #expect(await listener.join(hub, stream, as: key, on: loop))
            try await stream.publish("1", at: 1)
            try await stream.publish("2", at: 2, isHeard: false)
            try await stream.forget()
            try await stream.publish("3", at: 3)
            try await waitUntil("the reset") { listener.heard.contains(frame(#"{"type":"reset"}"#)) }
            try await stream.publish("4", at: 4)
            try await waitUntil("four") { listener.heard.contains(frame("4")) }
            #expect(listener.heard == [frame("1"), frame(#"{"type":"reset"}"#), frame("4")])
        }
    }

    @Test func `another epoch is a reset, in the extended dialect with its own word too`() async throws {
        try await with { hub, stream, _ in
            let listener = Listener()
            let extended = StreamKey("me", .extended)
            #expect(await listener.join(hub, stream, as: extended, on: loop))
            try await stream.publish("1", at: 1)
            try await stream.forget()
            try await stream.publish("1", at: 1, epoch: "f")
            try await waitUntil("the reset") { listener.heard.contains(frame(#"{"type":"reset"}"#)) }
            try await stream.publish("2", at: 2, epoch: "f")
            try await waitUntil("two") { listener.heard.last?.contains(#""offset":2"#) == true }
            let place = #""stream_id":"\#(stream.id)","epoch""#
            #expect(
                listener.heard == [
                    #"{"identifier":"me","message":1,\#(place):"e","offset":1}"#,
                    frame(#"{"type":"reset"}"#), #"{"identifier":"me","type":"reject_history"}"#,
                    #"{"identifier":"me","message":2,\#(place):"f","offset":2}"#,
                ])
        }
    }

    @Test func `after the connection was cut everything published meanwhile comes, in order and once`()
        async throws
    {
        try await PrivateRedis.run { server in
            let redis = RedisClient(
                try RedisConfiguration(url: server.url), group: TestWorld.group, logger: TestWorld.quiet)
            let hub = try await Hub(
                redis: try RedisConfiguration(url: server.url), group: TestWorld.group,
                logger: TestWorld.quiet, frameHeader: { _, _ in })
            let streams = (0..<20).map { LoggedStream(channel: "test:\($0)", redis: redis) }
            let listeners = streams.map { _ in Listener() }
            for (stream, listener) in zip(streams, listeners) {
                #expect(await listener.join(hub, stream, as: key, on: loop))
            }
            for number in 1...30 {
                if number % 7 == 0 { _ = try await redis.send(["CLIENT", "KILL", "TYPE", "pubsub"]) }
                for stream in streams { try await stream.publish("\(number)", at: number) }
            }
            try await waitUntil("everything") { listeners.allSatisfy { $0.heard.count >= 30 } }
            for listener in listeners { #expect(listener.heard == (1...30).map { frame("\($0)") }) }
            try await waitUntil("and how things are, for what has no number was missed too") {
                listeners.allSatisfy { $0.all.contains(frame(LoggedStream.state)) }
            }
            await hub.shutdown()
            await redis.shutdown()
        }
    }

    @Test func `a newcomer's history and the live stream meet without a hole or a repetition`() async throws {
        try await with { hub, stream, _ in
            var listeners: [Listener] = []
            for number in 1...40 {
                try await stream.publish("\(number)", at: number)
                guard number % 4 == 0 else { continue }
                let listener = Listener()
                listeners.append(listener)
                // It has had everything up to `number`, though the hub may not have passed that on yet.
                #expect(
                    await listener.join(
                        hub, stream, as: key, on: loop, at: StreamPosition(epoch: "e", offset: number)))
            }
            try await stream.publish("41", at: 41)
            try await waitUntil("the last") { listeners.allSatisfy { $0.heard.last == frame("41") } }
            for (index, listener) in listeners.enumerated() {
                #expect(listener.heard == ((index + 1) * 4 + 1...41).map { frame("\($0)") })
            }
        }
    }
}
