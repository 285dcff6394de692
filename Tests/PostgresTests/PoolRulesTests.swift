import Logging
import Testing

@testable import Postgres

struct StatementCacheTests {
    private func key(_ text: String) -> StatementCache.Key { StatementCache.Key(text: text, types: []) }

    @Test func `the least recently used statement makes room`() {
        var cache = StatementCache(limit: 2)
        let a = cache.name(for: key("a"))
        let b = cache.name(for: key("b"))
        #expect(cache.name(for: key("a")) == (a.name, false))
        _ = cache.name(for: key("c"))
        #expect(cache.takeRetired() == [b.name])
        #expect(cache.takeRetired() == [])
        #expect(cache.name(for: key("b")).isNew)
        #expect(cache.count == 2)
    }

    @Test func `the same text with other types is another statement`() {
        var cache = StatementCache(limit: 8)
        _ = cache.name(for: StatementCache.Key(text: "a", types: [.int4]))
        #expect(cache.name(for: StatementCache.Key(text: "a", types: [.int8])).isNew)
    }

    @Test func `a late answer about an old name leaves the new one alone`() {
        var cache = StatementCache(limit: 8)
        let old = cache.name(for: key("a"))
        cache.forget(key("a"), name: old.name, isHeldByServer: true)
        let new = cache.name(for: key("a"))
        cache.forget(key("a"), name: old.name, isHeldByServer: true)
        #expect(cache.name(for: key("a")) == (new.name, false))
        #expect(cache.takeRetired() == [old.name])
    }
}

struct ServerReachTests {
    @Test func `while the server is away one caller tries and the others are told at once`() {
        let reach = ServerReach(delay: .milliseconds(100)...(.seconds(5)), logger: TestDatabase.quiet)
        let start = ContinuousClock.now
        #expect(reach.refusal(at: start) == nil)
        reach.failed(PostgresError(.connection, "refused"), at: start)
        #expect(reach.refusal(at: start + .milliseconds(50))?.code == .connection)
        #expect(reach.refusal(at: start + .milliseconds(101)) == nil)
        #expect(reach.refusal(at: start + .milliseconds(102)) != nil)
        reach.succeeded()
        #expect(reach.refusal(at: start + .milliseconds(103)) == nil)
        #expect(reach.refusal(at: start + .milliseconds(103)) == nil)
    }

    @Test func `the pause doubles up to its limit`() {
        let reach = ServerReach(delay: .milliseconds(100)...(.seconds(1)), logger: TestDatabase.quiet)
        var now = ContinuousClock.now
        for expected in [100, 200, 400, 800, 1000, 1000] {
            reach.failed(PostgresError(.connection, "refused"), at: now)
            #expect(reach.refusal(at: now + .milliseconds(expected * 3 / 4 - 1)) != nil)
            now += .milliseconds(expected)
            #expect(reach.refusal(at: now) == nil)
        }
    }
}
