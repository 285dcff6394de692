import NIOCore
import Redis
import TestSupport
import Testing

@Suite struct RedisScriptIntegrationTests {
    private func addScript() throws -> RedisScript {
        try RedisScript(
            name: "counter/add",
            source: """
                -- add.lua: add to a counter.
                -- KEYS[1]  counter
                -- ARGV[1]  by
                -- Returns  {"added", total}
                return {"added", redis.call("INCRBY", KEYS[1], ARGV[1])}
                """)
    }

    @Test func `a script runs by its hash, and is sent whole only when Redis forgot it`() async throws {
        try await withRedis { _, client in
            let script = try addScript()
            for total in 1...3 {
                let reply = try await client.evaluate(script, keys: ["n"], arguments: [1])
                #expect(reply.array?.first?.text == "added" && reply.array?.last?.int == total)
            }
            _ = try await client.send(["SCRIPT", "FLUSH"])
            let reply = try await client.evaluate(script, keys: ["n"], arguments: [1])
            #expect(reply.array?.last?.int == 4)
            let stats = try await client.send(["INFO", "commandstats"]).text ?? ""
            #expect(stats.contains("cmdstat_eval:calls=2,"), "\(stats)")
        }
    }

    @Test func `the hash is the one Redis computes`() async throws {
        try await withRedis { _, client in
            let script = try addScript()
            #expect(try await client.ask(["SCRIPT", "LOAD", .string(script.source)]).text == script.sha1)
        }
    }

    @Test func `the callback form reloads too`() async throws {
        try await withRedis { _, client in
            let script = try addScript()
            for total in [5, 10] {
                _ = try await client.send(["SCRIPT", "FLUSH"])
                let reply = await withCheckedContinuation { continuation in
                    client.submit(script, keys: ["n"], arguments: ["5"]) {
                        continuation.resume(returning: $0)
                    }
                }
                #expect(try reply.get().array?.last?.int == total)
            }
        }
    }

    @Test func `an error inside a script names the script`() async throws {
        try await withRedis { _, client in
            let script = try addScript()
            let error = await failure {
                _ = try await client.evaluate(script, keys: ["n"], arguments: ["no number"])
            }
            #expect(error?.code == .server)
            #expect(error?.command == "EVALSHA counter/add")
            #expect(error?.description.contains("no number") == false)
        }
    }

    @Test func `fifty callers after a flush all succeed, each once`() async throws {
        try await withRedis { _, client in
            let script = try addScript()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask { _ = try await client.evaluate(script, keys: ["n"], arguments: [1]) }
                }
                try await group.waitForAll()
            }
            #expect(try await client.ask(["GET", "n"]).int == 50)
        }
    }
}
