import Foundation
import Redis
import TestSupport
import Testing

@Suite struct RedisTransportIntegrationTests {
    @Test func `a unix socket serves like TCP`() async throws {
        try await PrivateRedis.run { redis in
            try await withClient(try RedisConfiguration(url: redis.unixURL + "?db=2")) { client in
                #expect(try await client.ask(["CLIENT", "INFO"]).text?.contains(" db=2 ") == true)
                try await redis.restart()
                try await eventually { await client.isAnswered() }
            }
        }
    }

    @Test func `TLS with a certificate of our own authority`() async throws {
        try await withTLS { redis, url in
            try await withClient(try RedisConfiguration(url: "\(url)?cacert=\(redis.folder)/cert.pem")) {
                client in
                let large = String(repeating: "x", count: 1 << 20)
                _ = try await client.send(["SET", "k", .string(large)])
                #expect(try await client.ask(["GET", "k"]).text == large)
                try await redis.restart()
                try await eventually { await client.isAnswered() }
            }
            try await withClient(try RedisConfiguration(url: "\(url)?verify=none")) { client in
                #expect(await client.isAnswered())
            }
        }
    }

    @Test func `a certificate that nobody vouches for is refused, and the error says so`() async throws {
        try await withTLS { _, url in
            var configuration = try RedisConfiguration(url: url)
            configuration.commandTimeout = .milliseconds(500)
            try await withClient(configuration) { client in
                let error = await failure { try await client.send(["PING"]) }
                #expect(error?.code == .connection)
                #expect(
                    error?.message.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test func `a missing certificate file fails every command at once`() async throws {
        let configuration = try RedisConfiguration(url: "rediss://127.0.0.1:1?cacert=/nonexistent.pem")
        try await withClient(configuration) { client in
            let error = await failure { try await client.send(["PING"]) }
            #expect(error?.code == .configuration)
            let subscriber = RedisSubscriber(
                configuration, group: loops, logger: quiet, onMessages: { _ in }, onReconnect: { _ in })
            #expect(await failure { try await subscriber.subscribe(["c"]) }?.code == .configuration)
            await subscriber.shutdown()
        }
    }

    @Test func `a server that is no Redis is left with a clear error`() async throws {
        try await withTLS { redis, _ in
            // Plain text to a TLS port.
            let port = try #require(redis.tlsPort)
            var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(port)")
            configuration.commandTimeout = .milliseconds(300)
            try await withClient(configuration) { client in
                #expect(await failure { try await client.send(["PING"]) }?.code == .connection)
            }
        }
    }

    /// A server that speaks TLS too, by a certificate that openssl made for it.
    private func withTLS(_ body: (PrivateRedis, String) async throws -> Void) async throws {
        let redis = try PrivateRedis(tls: true)
        defer { redis.remove() }
        let openssl = try PrivateRedis.spawn([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", "\(redis.folder)/key.pem", "-out", "\(redis.folder)/cert.pem",
        ])
        var status: Int32 = 0
        waitpid(openssl, &status, 0)
        try #require(status == 0, "openssl could not make a certificate; is it installed?")
        try await redis.start()
        try await body(redis, "rediss://localhost:\(try #require(redis.tlsPort))")
    }
}
