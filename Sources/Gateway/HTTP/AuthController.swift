import Hummingbird
import Support

/// `/auth/login`: staff signing in and out.
struct AuthController {
    let desk: SupportDesk
    let address: AddressOfClient

    private struct Output: Encodable {
        struct Person: Encodable {
            let id: Agent.ID
            let name: String
            let email: String
            let role: Role
        }
        let token: String
        let agent: Person
        let accounts: [Account]
    }

    @Sendable func login(_ request: Request, _ context: GatewayContext) async throws -> some ResponseGenerator
    {
        struct Input: Decodable {
            var email: String
            var password: String
        }
        let input = try await request.json(Input.self, limit: 8192)
        // By address first, so that nobody can lock another out by trying their e-mail address alone from anywhere.
        let limits = desk.configuration
        try await desk.limits.take(
            limits.loginsPerAddress, from: "login:address:\(address(request, context))", at: context.now)
        try await desk.limits.take(
            limits.loginsPerEmail,
            from: "login:email:\(address(request, context)):\(input.email.lowercased().prefix(254))",
            at: context.now)

        let signedIn = try await desk.logins.signIn(
            email: input.email, password: input.password, at: context.now)
        return JSONBody(
            Output(
                token: signedIn.token,
                agent: .init(
                    id: signedIn.session.agentID, name: signedIn.session.name, email: signedIn.email,
                    role: signedIn.session.role),
                accounts: signedIn.accounts))
    }

    @Sendable func logout(_ request: Request, _ context: GatewayContext) async throws -> Response {
        if let token = context.token { try await desk.logins.signOut(token: token) }
        return Response(status: .noContent)
    }
}
