import Foundation
import Postgres
import Secrets
import TestSupport
import Testing

@testable import Support

@Suite struct LoginsIntegrationTests {
    private func signIn(
        _ fixture: SupportFixture, email: String? = nil, password: String = SupportFixture.agentPassword
    ) async throws -> Logins.SignedIn {
        try await fixture.desk.logins.signIn(
            email: email ?? fixture.agentEmail, password: password, at: .now())
    }

    @Test func `the right password signs in, with any case of the address`() async throws {
        let fixture = try await SupportFixture.make(role: .supervisor)
        for email in [fixture.agentEmail, fixture.agentEmail.uppercased()] {
            let signedIn = try await signIn(fixture, email: email)
            #expect(signedIn.session.agentID == fixture.agent.agentID)
            #expect(signedIn.session.role == .supervisor)
            #expect(signedIn.accounts.map(\.id) == [fixture.account])
            let session = try await fixture.desk.logins.authenticate(
                token: signedIn.token, account: nil, at: .now())
            #expect(session == signedIn.session)
        }
    }

    @Test func `a wrong password and an unknown address get the same refusal`() async throws {
        let fixture = try await SupportFixture.make()
        let wrong = try await refusal { try await signIn(fixture, password: "wrong") }
        let unknown = try await refusal { try await signIn(fixture, email: "nobody@example.com") }
        let empty = try await refusal { try await signIn(fixture, password: "") }
        #expect(wrong?.isUnauthorized == true)
        #expect(wrong == unknown && wrong == empty)
    }

    @Test func `what stands in the database opens nothing`() async throws {
        let fixture = try await SupportFixture.make()
        let signedIn = try await signIn(fixture)
        let digest = Digest.sha256Hex(signedIn.token)
        #expect(
            try await fixture.count("SELECT count(*) FROM login_tokens WHERE token_sha256 = \(digest)") == 1)
        for token in [digest, signedIn.token + "x", String(signedIn.token.dropLast()), "", " "] {
            let refused = try await refusal {
                try await fixture.desk.logins.authenticate(token: token, account: nil, at: .now())
            }
            #expect(refused?.isUnauthorized == true)
        }
    }

    @Test func `logging out ends the token at once, and only that one`() async throws {
        let fixture = try await SupportFixture.make()
        let (here, there) = (try await signIn(fixture), try await signIn(fixture))
        _ = try await fixture.desk.logins.authenticate(token: here.token, account: nil, at: .now())
        try await fixture.desk.logins.signOut(token: here.token)
        let refused = try await refusal {
            try await fixture.desk.logins.authenticate(token: here.token, account: nil, at: .now())
        }
        #expect(refused?.isUnauthorized == true)
        _ = try await fixture.desk.logins.authenticate(token: there.token, account: nil, at: .now())
    }

    @Test func `a token ends with its time`() async throws {
        let fixture = try await SupportFixture.make { $0.loginLifetime = .seconds(3600) }
        let signedIn = try await signIn(fixture)
        _ = try await fixture.desk.logins.authenticate(
            token: signedIn.token, account: nil, at: .now().adding(.seconds(3500)))
        let refused = try await refusal {
            try await fixture.desk.logins.authenticate(
                token: signedIn.token, account: nil, at: .now().adding(.seconds(3700)))
        }
        #expect(refused?.isUnauthorized == true)
    }

    @Test func `a suspended agent is out after a minute, and cannot come in again`() async throws {
        let fixture = try await SupportFixture.make()
        try await fixture.world.postgres.query(
            "UPDATE agents SET suspended_at = now() WHERE account_id = \(fixture.account.uuid)")
        let refused = try await refusal {
            try await fixture.desk.logins.authenticate(
                token: fixture.agentToken, account: nil, at: .now().adding(.seconds(61)))
        }
        #expect(refused?.isUnauthorized == true)
        let again = try await refusal { try await signIn(fixture) }
        #expect(again?.isUnauthorized == true)
    }

    @Test func `the agents of a suspended account are out too`() async throws {
        let fixture = try await SupportFixture.make()
        try await fixture.world.postgres.query(
            "UPDATE accounts SET suspended_at = now() WHERE id = \(fixture.account.uuid)")
        let refused = try await refusal {
            try await fixture.desk.logins.authenticate(
                token: fixture.agentToken, account: nil, at: .now().adding(.seconds(61)))
        }
        #expect(refused?.isUnauthorized == true)
    }

    @Test func `one person works in several accounts, and in none of anybody else's`() async throws {
        let (first, second, third) = (
            try await SupportFixture.make(), try await SupportFixture.make(), try await SupportFixture.make()
        )
        try await first.world.postgres.query(
            """
            INSERT INTO agents (account_id, id, login_id, name, role, created_at)
            VALUES (\(second.account.uuid), \(Agent.ID.new().uuid), \(first.agent.loginID.uuid), 'Ann there',
                'administrator', now() + interval '1 second')
            """)
        let signedIn = try await signIn(first)
        #expect(signedIn.accounts.map(\.id) == [first.account, second.account])
        let logins = first.desk.logins
        #expect(
            try await logins.authenticate(token: signedIn.token, account: nil, at: .now()).accountID
                == first.account)
        let there = try await logins.authenticate(token: signedIn.token, account: second.account, at: .now())
        #expect(there.accountID == second.account)
        #expect(there.role == .administrator && there.name == "Ann there")
        let elsewhere = try await refusal {
            try await logins.authenticate(token: signedIn.token, account: third.account, at: .now())
        }
        #expect(elsewhere == .notFound("account"))
    }

    @Test func `with PostgreSQL away those who are in stay in, and nobody new comes`() async throws {
        try await TestWorld.withMortal { world, _, postgres in
            let fixture = try await SupportFixture.make(in: world)
            let signedIn = try await signIn(fixture)
            _ = try await fixture.desk.logins.authenticate(token: signedIn.token, account: nil, at: .now())
            try await postgres.stop()
            let later = Timestamp.now().adding(.seconds(3600))
            let session = try await fixture.desk.logins.authenticate(
                token: signedIn.token, account: nil, at: later)
            #expect(session.agentID == fixture.agent.agentID)
            let unknown = try await refusal {
                try await fixture.desk.logins.authenticate(
                    token: RandomToken.make(bytes: 32), account: nil, at: .now())
            }
            #expect(unknown?.isUnavailable == true, "whether the token is good cannot be known now")
            try await postgres.start()
        }
    }

    @Test func `a role may do what those below it may`() throws {
        func session(_ role: Role) -> AgentSession {
            AgentSession(loginID: .new(), accountID: .new(), agentID: .new(), name: "", role: role)
        }
        try session(.administrator).require(.supervisor)
        try session(.supervisor).require(.supervisor)
        #expect(throws: SupportError.forbidden("This needs the role supervisor.")) {
            try session(.agent).require(.supervisor)
        }
    }
}
