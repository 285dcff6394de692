import NIOCore
import Testing

@testable import Redis

@Suite struct SlotMapTests {
    private let asked = RedisConfiguration.Endpoint.tcp(host: "seed", port: 1)

    @Test func `an answer says who holds what, and whom to ask next time`() throws {
        let map = try map([range(0, 99, ("a", 7000), ("r", 7003)), range(100, 16383, ("b", 7001))])
        #expect(map[HashSlot(99)] == .tcp(host: "a", port: 7000))
        #expect(map[HashSlot(100)] == .tcp(host: "b", port: 7001))
        #expect(map.masters == [.tcp(host: "a", port: 7000), .tcp(host: "b", port: 7001)])
        #expect(map.everyone.contains(.tcp(host: "r", port: 7003)))
    }

    @Test func `slots that nobody serves have no node`() throws {
        let map = try map([range(0, 99, ("a", 7000))])
        #expect(map[HashSlot(100)] == nil)
    }

    @Test(arguments: [RESPValue.null, .string(ByteBuffer(string: "")), .string(ByteBuffer(string: "?"))])
    func `a node that does not know its host has that of the one asked`(host: RESPValue) throws {
        let node = RESPValue.array([host, .integer(7000)])
        let map = try SlotMap(
            clusterSlots: .array([.array([.integer(0), .integer(1), node])]), asked: asked)
        #expect(map[HashSlot(1)] == .tcp(host: "seed", port: 7000))
    }

    @Test func `what was moved is elsewhere, and nothing else`() throws {
        var map = try map([range(0, 16383, ("a", 7000))])
        map.move(HashSlot(5), to: .tcp(host: "b", port: 7001))
        #expect(map[HashSlot(5)] == .tcp(host: "b", port: 7001))
        #expect(map[HashSlot(4)] == .tcp(host: "a", port: 7000))
    }

    @Test func `an answer that is none is refused`() {
        for bad in [
            RESPValue.integer(1), .array([.integer(-1), .integer(0)]),
            .array([.integer(0), .integer(16384)]),
        ] {
            let reply = RESPValue.array([bad])
            #expect(throws: RedisError.self) { try SlotMap(clusterSlots: reply, asked: asked) }
        }
    }

    @Test(arguments: [
        ("MOVED 3999 127.0.0.1:6381", 3999, "127.0.0.1", 6381, false), ("ASK 1 h:7", 1, "h", 7, true),
        ("MOVED 0 ::1:6381", 0, "::1", 6381, false), ("MOVED 16383 :7000", 16383, "seed", 7000, false),
    ])
    func `redirections are understood`(text: String, slot: Int, host: String, port: Int, once: Bool) throws {
        let redirection = try #require(Redirection(text, asked: asked))
        #expect(redirection.slot.number == slot && redirection.isForOnce == once)
        #expect(redirection.endpoint == .tcp(host: host, port: port))
    }

    @Test(arguments: [
        "MOVED", "MOVED x h:1", "MOVED 16384 h:1", "MOVED 1 h", "ERR 1 h:1", "MOVED 1 h:1 more", "",
    ])
    func `what is no redirection is none`(text: String) {
        #expect(Redirection(text, asked: asked) == nil)
    }

    private func map(_ ranges: [RESPValue]) throws -> SlotMap {
        try SlotMap(clusterSlots: .array(ranges), asked: asked)
    }

    private func range(_ first: Int, _ last: Int, _ nodes: (String, Int)...) -> RESPValue {
        .array(
            [.integer(first), .integer(last)]
                + nodes.map { .array([.string(ByteBuffer(string: $0.0)), .integer($0.1), .status("id")]) })
    }
}
