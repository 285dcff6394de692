import Testing

@testable import Redis

@Suite struct ScriptHeaderTests {
    private let offer = """
        -- offer.lua: give the oldest waiting conversation to the least busy agent with room.
        --
        -- KEYS[1]  {c0}:waiting  zset  conversation -> waiting since, ms
        -- KEYS[2]  {c0}:agents   zset  agent on duty -> last given a chat, ms
        -- ARGV[1]  now, ms     ARGV[2]  offer lasts, ms     ARGV[3]  capacity per agent
        --
        -- Returns  {"offered", conversation, agent, deadline} | {"empty"}
        --          | {"no_agent"}
        -- Cost     O(agents on duty).   Called by {"nobody"}
        local waiting, agents = KEYS[1], KEYS[2]
        local now, lasts, capacity = ARGV[1], ARGV[2], ARGV[3] -- not ARGV[9]
        return {"empty"}
        """

    @Test func `a good header is read`() throws {
        let header = try ScriptHeader(of: offer, name: "assignment/offer")
        #expect(header.purpose == "give the oldest waiting conversation to the least busy agent with room.")
        #expect(header.keys == .init(count: 2, isOpen: false))
        #expect(header.arguments == .init(count: 3, isOpen: false))
        #expect(header.words == ["offered", "empty", "no_agent"])
    }

    @Test func `the last input may be open`() throws {
        let source = """
            -- fetch.lua: take a job.
            -- KEYS[1]  in progress
            -- KEYS[2..]  queues
            -- Returns  the job or false
            local progress = KEYS[1]
            for i = 2, #KEYS do redis.call("RPOPLPUSH", KEYS[i], progress) end
            """
        let script = try RedisScript(name: "jobs/fetch", source: source)
        #expect(script.header.keys == .init(count: 1, isOpen: true))
        #expect(script.keyCount == 1)
        #expect(script.header.words.isEmpty)
    }

    @Test(arguments: [
        ("-- offer.lua: give", "-- other.lua: give", "first line"),
        (
            "-- offer.lua: give the oldest waiting conversation to the least busy agent with room.",
            "-- offer.lua:", "first line"
        ),
        ("-- KEYS[2] ", "-- KEYS[3] ", "KEYS[3]"),
        ("-- KEYS[2] ", "-- KEYS[1] ", "KEYS[1]"),
        ("-- KEYS[2] ", "-- KEYS[two] ", "KEYS[two]"),
        ("-- KEYS[2] ", "-- KEYZ[2] ", "reads KEYS[2]"),
        ("= KEYS[1], KEYS[2]", "= KEYS[1], 0", "never reads"),
        ("ARGV[2], ARGV[3]", "ARGV[2], ARGV[4]", "reads ARGV[4]"),
        ("-- Returns ", "-- Gives ", "Returns"),
    ])
    func `a header that drifted is refused by name`(good: String, bad: String, words: String) throws {
        let source = offer.replacing(good, with: bad)
        try #require(source != offer)
        let error = #expect(throws: RedisError.self) {
            try ScriptHeader(of: source, name: "assignment/offer")
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("lua/assignment/offer.lua") == true)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
}
