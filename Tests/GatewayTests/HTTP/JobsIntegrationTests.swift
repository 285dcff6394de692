import Support
import TestSupport
import Testing

@testable import Gateway

/// The installation's jobs are not an account's.
@Suite struct JobsIntegrationTests {
    @Test func `nobody sees the jobs as long as no account is named`() async throws {
        try await TestFace.run { face in
            for path in ["", "/retries", "/dead", "/processes", "/queues/default"] {
                let answer = try await face.ask(.get, "/admin/jobs\(path)", as: face.fixture.agentToken)
                #expect(answer.status == 403 && answer.code == "forbidden", "\(path)")
                #expect(try await face.ask(.get, "/admin/jobs\(path)").status == 401)
            }
            let action = try await face.ask(
                .post, "/admin/jobs/dead", as: face.fixture.agentToken, #"{"action":"delete"}"#)
            #expect(action.status == 403)
            let visitor = try await face.fixture.contact()
            #expect(try await face.ask(.get, "/admin/jobs", as: visitor.token).status == 401)
        }
    }

    @Test func `only an administrator, and only of an account that is named, is an operator`() async throws {
        let own = Account.ID.new()
        let fixture = try await SupportFixture.make { $0.operatorAccounts = [own] }
        let operations = fixture.desk.operations
        func session(_ account: Account.ID, _ role: Role) -> AgentSession {
            AgentSession(loginID: .new(), accountID: account, agentID: .new(), name: "Eve", role: role)
        }
        _ = try operations.jobs(for: session(own, .administrator))
        #expect(throws: SupportError.self) { try operations.jobs(for: session(own, .supervisor)) }
        #expect(throws: SupportError.self) { try operations.jobs(for: session(.new(), .administrator)) }
    }
}
