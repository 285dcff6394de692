import Hummingbird
import Support

/// `/admin/agents`: the colleagues. Hiring, roles and sending away are for administrators.
///
///     GET   …/presence        POST   …        PUT   …/:id/role        DELETE   …/:id
struct AdminAgentsController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get("presence", use: presence)
        routes.get("me") { [desk] _, context in
            JSONBody(try await desk.duties.of(context.session, at: context.now))
        }
        routes.post(use: hire)
        routes.put(":id/role") { [desk] request, context in
            struct Input: Decodable { let role: String }
            let role = try Role(named: try await request.json(Input.self).role)
            try await desk.hiring.change(try context.agent(), role: role, by: context.session)
            return Response(status: .noContent)
        }
        routes.delete(":id") { [desk] _, context in
            try await desk.hiring.remove(try context.agent(), by: context.session)
            return Response(status: .noContent)
        }
    }

    @Sendable private func hire(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        struct Input: Decodable {
            let name: String
            let email: String
            let password: String
            let role: String?
        }
        struct Output: Encodable { let id: Agent.ID }
        let input = try await request.json(Input.self, limit: 8192)
        let id = try await desk.hiring.hire(
            name: input.name, email: input.email, password: input.password,
            role: try Role(named: input.role ?? "agent"), by: context.session)
        return JSONBody(status: .created, ["agent": Output(id: id)])
    }

    /// What the staff's channel begins with, for those who ask now and then instead of listening.
    @Sendable private func presence(_ request: Request, _ context: StaffContext) async throws -> Response {
        guard let state = try await desk.presence.read(for: .agent(context.session), in: nil) else {
            throw HTTPError(.notFound)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: state))
    }
}

extension Role {
    fileprivate init(named text: String) throws(SupportError) {
        guard let role = Role(rawValue: text) else {
            throw .invalid(field: "role", "It is agent, supervisor or administrator.")
        }
        self = role
    }
}

extension StaffContext {
    fileprivate func agent() throws(SupportError) -> Agent.ID {
        guard let id = parameters.get("id").flatMap(Agent.ID.init) else { throw .notFound("agent") }
        return id
    }
}
