import Testing

@testable import Redis

@Suite struct HashSlotTests {
    @Test func `the checksum is the specification's`() {
        #expect(HashSlot.checksum("123456789".utf8) == 0x31C3)
        #expect(HashSlot.checksum("".utf8) == 0)
    }

    @Test(arguments: [("foo", 12182), ("bar", 5061), ("hello", 866), ("", 0)])
    func `slots of known keys`(key: String, slot: Int) {
        #expect(HashSlot(of: key).number == slot)
    }

    @Test(arguments: [
        ("{user1000}.following", "user1000"), ("foo{}{bar}", "foo{}{bar}"), ("foo{{bar}}zap", "{bar"),
        ("foo{bar}{zap}", "bar"), ("{bar", "{bar"), ("{c0}:journal", "c0"), ("}{a}", "a"), ("{}", "{}"),
    ])
    func `only a hash tag counts, where there is one`(key: String, hashed: String) {
        let whole = Int(HashSlot.checksum(hashed.utf8)) % HashSlot.count
        #expect(HashSlot(of: key).number == whole)
    }

    @Test func `a command goes where its first key is`() {
        let commands: [RedisCommand] = [
            ["GET", "foo"], ["SPUBLISH", "foo", "x"], ["XINFO", "STREAM", "foo"],
            ["XREAD", "COUNT", 1, "BLOCK", 5, "STREAMS", "foo", "0"], ["EVAL", "return 1", 1, "foo", "a"],
            ["EVALSHA", "abc", 2, "foo", "bar"], ["SET", .bytes(.init(string: "foo")), "1"],
        ]
        for command in commands { #expect(command.slot?.number == 12182, "\(command.name)") }
    }

    @Test func `a command without a key goes anywhere`() {
        for command: RedisCommand in [
            ["PING"], ["EVAL", "return 1", 0, "foo"], ["MULTI"], ["INFO", "server"],
        ] {
            #expect(command.slot == nil, "\(command.name)")
        }
    }
}
