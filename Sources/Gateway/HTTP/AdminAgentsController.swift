import Hummingbird
import Support

/// `/admin/agents`: the colleagues.
struct AdminAgentsController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get("presence", use: presence)
        routes.get("me") { [desk] _, context in
            JSONBody(try await desk.duties.of(context.session, at: context.now))
        }
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
