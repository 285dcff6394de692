import Hummingbird
import Support

/// `/admin/profile`: what members of staff change of themselves.
struct ProfileController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.patch(use: change)
    }

    /// The name; and the password, for which the old one has to be known: a browser that was left open is not enough.
    @Sendable private func change(_ request: Request, _ context: StaffContext) async throws -> Response {
        struct Input: Decodable {
            let name: String?
            let oldPassword: String?
            let password: String?

            enum CodingKeys: String, CodingKey {
                case name, password
                case oldPassword = "old_password"
            }
        }
        let input = try await request.json(Input.self, limit: 8192)
        let session = context.session
        if let password = input.password {
            // Guessing costs what it costs at the door.
            try await desk.limits.take(
                desk.configuration.loginsPerEmail, from: "password:\(session.loginID)", at: context.now)
            try await desk.logins.change(password: password, from: input.oldPassword ?? "", of: session)
        }
        if let name = input.name { try await desk.hiring.rename(session, to: name) }
        return Response(status: .noContent)
    }
}
