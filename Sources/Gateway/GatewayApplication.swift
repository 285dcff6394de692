import Hummingbird
import Logging
import NIOCore
import Realtime
import ServiceLifecycle
import Support

/// The gateway as one value: which address leads where.
///
///     /cable                      the socket
///     /echo                       its messages come back; closed, but for conformance tests
///     /widget/sessions            a visitor begins                  open to all
///     /support_chat …             the contact's chat                contacts' door
///     /auth/login                 staff sign in
///     /admin/chats …              the staff's chats                 staff's door
///     /admin/agents/presence      which colleagues are there       staff's door
///     /admin/inboxes …            their hours and timers            staff's door
///     /admin/jobs …               the installation's jobs           operators
///     /cable/tickets              a ticket for the socket           either door
///     /health/…  /metrics         for those who run it
///     everything else             the files of web/dist
package struct GatewayApplication: Sendable {
    package struct Configuration: Sendable {
        package var host = "127.0.0.1"
        package var port = 3000
        package var channel = GatewayChannel.Configuration()
        package var cable = CableLimits()
        /// Whether `/echo` is there, for conformance tests of the WebSocket.
        package var echo = false

        package init() {}
    }

    private let configuration: Configuration
    private let desk: SupportDesk
    private let cable: Cable
    private let files: StaticFiles
    private let drain: Drain
    private let metrics: @Sendable () -> ByteBuffer
    private let logger: Logger

    /// - Parameters:
    ///   - drain: begins when the process is to stop, some time before the server does.
    ///   - metrics: renders the process's metrics in Prometheus' text format.
    package init(
        configuration: Configuration, desk: SupportDesk, cable: Cable, files: StaticFiles,
        drain: Drain = .init(),
        logger: Logger, metrics: @escaping @Sendable () -> ByteBuffer
    ) {
        self.configuration = configuration
        self.desk = desk
        self.cable = cable
        self.files = files
        self.drain = drain
        self.logger = logger
        self.metrics = metrics
    }

    /// The server, ready to be run; it shuts down gracefully with the service group that runs it.
    package func build(on group: any EventLoopGroup) -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .gateway(sockets: sockets, configuration: configuration.channel, drain: drain),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "switchboard",
                backlog: 4096),
            eventLoopGroupProvider: .shared(group), logger: logger)
    }

    /// The same, with each connection accepted on one of the event loops: most become sockets, which need no thread.
    package func service(on group: any EventLoopGroup) -> some Service {
        LoopService(service: build(on: group), executor: LoopExecutor(group.next()))
    }

    private var sockets: [String: Admit] {
        var sockets: [String: Admit] = ["/cable": cable.admit]
        if configuration.echo { sockets["/echo"] = Echo.admit }
        return sockets
    }

    func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: MetricsMiddleware())
        router.add(middleware: ErrorMiddleware())
        let address = AddressOfClient(proxies: configuration.channel.trustedProxies)
        let auth = AuthController(desk: desk, address: address)
        let health = HealthController(desk: desk, drain: drain)

        router.get("health/live", use: health.live)
        router.get("health/ready", use: health.ready)
        router.get("metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusRegistry.contentType],
                body: .init(byteBuffer: metrics()))
        }
        router.post("auth/login", use: auth.login)

        // The widget runs on the customers' pages. Its tokens travel in a header, never in a cookie, so that any
        // origin may ask and only those who hold a token get an answer.
        // Refusals are made inside of it: a browser that sees no CORS header on one takes it for a broken network.
        let anywhere = router.group("").add(
            middleware: CORSMiddleware(
                allowOrigin: .all,
                allowHeaders: [.authorization, .contentType, .ifNoneMatch, .idempotencyKey],
                allowMethods: [.get, .post, .patch],
                maxAge: .seconds(86_400))
        ).add(middleware: ExposedHeaders()).add(middleware: ErrorMiddleware())
        anywhere.post(
            "widget/sessions", use: WidgetSessionsController(desk: desk, address: address).create)
        preflight(
            anywhere, "widget/sessions", "support_chat", "support_chat/mark_read", "support_chat/messages",
            "support_chat/end", "support_chat/rating", "support_chat/agent", "support_chat/transcript",
            "cable/tickets")

        let door = DoorMiddleware(door: Door(desk: desk), address: address)
        let signedIn = router.group("").add(middleware: door)
        signedIn.delete("auth/login", use: auth.logout)

        let contacts = anywhere.group("").add(middleware: door)
        contacts.post("cable/tickets") { [desk] _, context in
            guard let principal = context.principal else { throw HTTPError(.unauthorized) }
            return JSONBody(status: .created, Ticket(ticket: try await desk.tickets.issue(for: principal)))
        }
        SupportChatController(desk: desk).add(
            to: contacts.group("support_chat", context: ContactContext.self))
        let chats = signedIn.group("admin/chats", context: StaffContext.self)
        AdminChatsController(desk: desk).add(to: chats)
        AssignmentController(desk: desk).add(to: chats)
        StaffingController(desk: desk).add(to: signedIn.group("admin", context: StaffContext.self))
        AdminInboxesController(desk: desk).add(
            to: signedIn.group("admin/inboxes", context: StaffContext.self))
        AdminAgentsController(desk: desk).add(
            to: signedIn.group("admin/agents", context: StaffContext.self))
        ProfileController(desk: desk).add(to: signedIn.group("admin/profile", context: StaffContext.self))
        SystemController(desk: desk).add(to: signedIn.group("admin/system", context: StaffContext.self))
        AdminJobsController(desk: desk).add(to: signedIn.group("admin/jobs", context: StaffContext.self))
        redirectOlderSpellings(anywhere)
        OtherMethods.refuse(on: router)

        for method in [HTTPRequest.Method.get, .head] {
            for path: RouterPath in ["", "**"] {
                router.on(path, method: method) { [files] request, _ in
                    guard var file = files.response(to: request.head) else { throw HTTPError(.notFound) }
                    PageHeaders.add(to: &file, path: request.uri.path)
                    return file
                }
            }
        }
        return router
    }

    private struct Ticket: Encodable { let ticket: String }

    /// Browsers ask first; the middleware answers, but only where there is a route.
    private func preflight(_ routes: RouterGroup<GatewayContext>, _ paths: RouterPath...) {
        for path in paths { routes.on(path, method: .options) { _, _ in Response(status: .noContent) } }
    }

    private func redirectOlderSpellings(_ routes: RouterGroup<GatewayContext>) {
        for path: RouterPath in ["assign_customer_service", "api/user/customer-service/assign"] {
            preflight(routes, path)
            routes.post(path) { _, _ in
                Response(status: .permanentRedirect, headers: [.location: "/support_chat/agent"])
            }
        }
        for path in ["api/support_chat", "api/support-chat"] {
            preflight(routes, RouterPath(path), RouterPath("\(path)/**"))
            for method in [HTTPRequest.Method.get, .post, .patch] {
                routes.on(RouterPath(path), method: method) { _, _ in
                    Response(status: .permanentRedirect, headers: [.location: "/support_chat"])
                }
                routes.on(RouterPath("\(path)/**"), method: method) { request, context in
                    let rest = context.parameters.getCatchAll().joined(separator: "/")
                    let query = request.uri.query.map { "?\($0)" } ?? ""
                    return Response(
                        status: .permanentRedirect, headers: [.location: "/support_chat/\(rest)\(query)"])
                }
            }
        }
    }
}
