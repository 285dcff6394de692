import NIOCore
import NIOPosix
import Redis
import Secrets
import Support
import TestSupport
import Testing

@testable import Gateway

/// Sockets end when what let them in ends.
@Suite struct RevocationIntegrationTests {
    /// A face whose logins are watched, and looked up again in that interval.
    private func watched(
        every interval: Duration, _ body: @escaping @Sendable (TestFace) async throws -> Void
    ) async throws {
        try await TestFace.run(.live) { face in
            let watch = LoginWatch(
                revocations: Revocations(
                    redis: try RedisConfiguration(url: face.fixture.world.redisURL),
                    group: MultiThreadedEventLoopGroup.singleton, logger: TestWorld.quiet),
                desk: face.fixture.desk, loops: face.loops, interval: interval, logger: TestWorld.quiet)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await watch.run() }
                try await waitUntil("the watch listens") {
                    let answer = try await face.fixture.world.redis.send([
                        "PUBSUB", "SHARDNUMSUB", .string(Revocation.channel),
                    ])
                    return answer.array?.last?.int ?? 0 > 0
                }
                try await body(face)
                tasks.cancelAll()
            }
        }
    }

    private func expectEnd(_ client: CableClient, _ reason: String) async throws {
        let said = try await client.hear("disconnect")
        #expect(said["reason"] == reason)
        #expect(said["reconnect"] == "0")
        #expect(try await client.raw.frame().closeCode == 1000)
    }

    private func logIn(_ face: TestFace) async throws -> String {
        try await face.fixture.desk.logins.signIn(
            email: face.fixture.agentEmail, password: SupportFixture.agentPassword, at: .now()
        ).token
    }

    /// A socket by ticket, as browsers open it.
    private func open(_ face: TestFace, _ token: String) async throws -> CableClient {
        let ticket = try await face.ask(.post, "/cable/tickets", as: token).body["ticket"] ?? ""
        let client = try await CableClient.open(face, "?ticket=\(ticket)").client
        #expect(try await client.next()["type"] == "welcome")
        return client
    }

    @Test func `logging out ends the sockets of that login at once, and no others`() async throws {
        try await watched(every: .seconds(3600)) { face in
            let (here, there) = (try await logIn(face), try await logIn(face))
            let (byTicket, byHeader, elsewhere) = (
                try await open(face, here),
                try await CableClient.open(face, headers: "Authorization: Bearer \(here)\r\n").client,
                try await open(face, there)
            )
            let visitor = try await CableClient.open(face, as: try await face.fixture.contact().principal)
            #expect(try await byHeader.next()["type"] == "welcome")
            #expect(try await face.ask(.delete, "/auth/login", as: here).status == 204)
            try await expectEnd(byTicket, "unauthorized")
            try await expectEnd(byHeader, "unauthorized")
            #expect(try await elsewhere.subscribe(CableClient.staff) == "confirm_subscription")
            try await visitor.send("unknown", "x")
            #expect(try await visitor.next()["code"] == "unknown_command")
        }
    }

    @Test func `a ticket that was asked for before logging out opens nothing after it`() async throws {
        try await TestFace.run(.live) { face in
            let token = try await logIn(face)
            let ticket = try await face.ask(.post, "/cable/tickets", as: token).body["ticket"] ?? ""
            #expect(try await face.ask(.delete, "/auth/login", as: token).status == 204)
            let client = try await CableClient.open(face, "?ticket=\(ticket)").client
            try await expectEnd(client, "unauthorized")
        }
    }

    @Test func `a log-out that nobody was told of is found out, and so is a suspension`() async throws {
        try await watched(every: .milliseconds(200)) { face in
            let token = try await logIn(face)
            let client = try await open(face, token)
            let digest = Digest.sha256Hex(token)
            _ = try await face.fixture.world.postgres.query(
                "DELETE FROM login_tokens WHERE token_sha256 = \(digest)")
            _ = try await face.fixture.world.redis.send(["DEL", .string("login:\(digest)")])
            try await expectEnd(client, "unauthorized")

            let suspended = try await logIn(face)
            let theirs = try await open(face, suspended)
            _ = try await face.fixture.world.postgres.query(
                "UPDATE agents SET suspended_at = now() WHERE account_id = \(face.fixture.account.uuid)")
            // Redis believes what it knows for a minute.
            _ = try await face.fixture.world.redis.send([
                "DEL", .string("login:\(Digest.sha256Hex(suspended))"),
            ])
            try await expectEnd(theirs, "unauthorized")
        }
    }

    @Test func `a socket ends with the token that opened it, the contact's and the staff's`() async throws {
        let soon: @Sendable (inout SupportConfiguration) -> Void = {
            $0.contactTokenLifetime = .seconds(5)
            $0.loginLifetime = .seconds(6)
        }
        try await TestFace.run(.live, soon) { face in
            let visitor = try await face.fixture.contact()
            let theirs = try await open(face, visitor.token)
            let ours = try await open(face, try await logIn(face))
            let lasting = try await open(face, face.fixture.agentToken)
            try await expectEnd(theirs, "token_expired")
            try await expectEnd(ours, "token_expired")
            #expect(try await lasting.subscribe(CableClient.staff) == "confirm_subscription")
        }
    }
}
