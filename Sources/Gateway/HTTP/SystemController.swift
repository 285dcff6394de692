import Hummingbird
import Support

/// `GET /admin/system`: how the installation is, for administrators of any account. States and numbers alone.
struct SystemController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get { [desk] _, context in
            JSONBody(try await desk.systemReports.make(for: context.session, at: context.now))
        }
    }
}
