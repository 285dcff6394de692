import Hummingbird
import Support

/// Who works here, in which teams, and how the inboxes give out conversations.
///
///     GET   /admin/agents                       PATCH /admin/agents/:id     capacity, skills, availability
///     GET   /admin/agents/:id/hours             PUT   /admin/agents/:id/hours
///     GET   /admin/teams    POST /admin/teams   PATCH, DELETE /admin/teams/:id
///     GET   /admin/inboxes/rules                PUT   /admin/inboxes/:id/rules, …/closed
///     GET   /admin/queue                        GET   /admin/queue/waiting?line=
struct StaffingController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get("agents") { [desk] _, context in
            let session = context.session
            return JSONBody(["agents": try await desk.staff.list(session.accountID, in: session.cell)])
        }
        routes.patch("agents/:id", use: changeAgent)
        routes.get("agents/:id/hours") { [desk] _, context in
            JSONBody(
                WrittenHours(
                    hours: try await desk.shifts.hours(of: try context.id("agent"), for: context.session)))
        }
        routes.put("agents/:id/hours") { [desk] request, context in
            let agent: Agent.ID = try context.id("agent")
            try context.session.require(.supervisor)
            let input = try await request.json(WrittenHours.self)
            try await desk.shifts.set(input.hours, of: agent, by: context.session, at: .now())
            return JSONBody(input)
        }
        routes.get("teams") { [desk] _, context in
            JSONBody(["teams": try await desk.teams.list(context.session.accountID)])
        }
        routes.post("teams", use: createTeam)
        routes.patch("teams/:id", use: changeTeam)
        routes.delete("teams/:id", use: deleteTeam)
        routes.get("inboxes/rules") { [desk] _, context in
            JSONBody(["inboxes": try await desk.inboxRules.list(context.session.accountID)])
        }
        routes.put("inboxes/:id/rules", use: setRules)
        routes.put("inboxes/:id/closed", use: setClosed)
        routes.get("queue") { [desk] _, context in
            let session = context.session
            return JSONBody(["lines": try await desk.lines.list(session.accountID, in: session.cell)])
        }
        routes.get("queue/waiting", use: waiting)
    }

    /// Everybody may say whether they are available themselves; the rest is a supervisor's.
    @Sendable private func changeAgent(_ request: Request, _ context: StaffContext) async throws -> Response {
        struct Input: Decodable {
            let capacity: WholeNumber?
            let skills: [String]?
            let availability: String?
        }
        let session = context.session
        let agent: Agent.ID = try context.id("agent")
        let input = try await request.json(Input.self)
        if agent != session.agentID || input.capacity != nil || input.skills != nil {
            try session.require(.supervisor)
        }
        if input.capacity != nil || input.skills != nil {
            try await desk.staff.change(
                agent, capacity: input.capacity?.value, skills: input.skills, in: session.accountID,
                session.cell)
        }
        if let text = input.availability {
            try await desk.availability.set(
                try .init(named: text), of: agent, account: session.accountID, in: session.cell)
        }
        return Response(status: .noContent)
    }

    private struct TeamInput: Decodable {
        let name: String?
        let agentIDs: [Agent.ID]?

        enum CodingKeys: String, CodingKey {
            case name
            case agentIDs = "agent_ids"
        }
    }

    @Sendable private func createTeam(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        try context.session.require(.supervisor)
        let input = try await request.json(TeamInput.self)
        guard let name = input.name else { throw SupportError.invalid(field: "name", "It is missing.") }
        let team = try await desk.teams.create(
            name: name, agents: input.agentIDs ?? [], in: context.session.accountID, context.session.cell)
        return JSONBody(status: .created, ["team": team])
    }

    @Sendable private func changeTeam(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        try context.session.require(.supervisor)
        let input = try await request.json(TeamInput.self)
        let team = try await desk.teams.change(
            try context.id("team"), name: input.name, agents: input.agentIDs,
            in: context.session.accountID, context.session.cell)
        return JSONBody(["team": team])
    }

    @Sendable private func deleteTeam(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.session.require(.supervisor)
        try await desk.teams.delete(
            try context.id("team"), in: context.session.accountID, context.session.cell)
        return Response(status: .noContent)
    }

    /// All rules of an inbox: what is left out is as it is by default.
    @Sendable private func setRules(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        struct Input: Decodable {
            let rules: LineRules
            let agentIDs: [Agent.ID]?

            enum CodingKeys: String, CodingKey {
                case rules
                case agentIDs = "agent_ids"
            }
        }
        try context.session.require(.administrator)
        let inbox: Inbox.ID = try context.id("inbox")
        let input = try await request.json(Input.self)
        try await desk.inboxRules.set(
            input.rules, agents: input.agentIDs, of: inbox, in: context.session.accountID,
            context.session.cell)
        return try await show(inbox, context)
    }

    @Sendable private func setClosed(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        struct Input: Decodable { let closed: Bool }
        try context.session.require(.administrator)
        let inbox: Inbox.ID = try context.id("inbox")
        let input = try await request.json(Input.self)
        try await desk.inboxRules.close(
            input.closed, inbox, in: context.session.accountID, context.session.cell)
        return try await show(inbox, context)
    }

    private func show(_ inbox: Inbox.ID, _ context: StaffContext) async throws
        -> JSONBody<[String: InboxRules.View?]>
    {
        let now = try await desk.inboxRules.list(context.session.accountID).first { $0.inboxID == inbox }
        return JSONBody(["inbox": now])
    }

    @Sendable private func waiting(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        let query = request.uri.queryParameters
        guard let line = query["line"].map(String.init), Line(name: line) != nil else {
            throw SupportError.invalid(field: "line", "It is the id of a line; GET /admin/queue lists them.")
        }
        func number(_ field: Substring, _ other: Int) throws -> Int {
            guard let text = query[field] else { return other }
            guard let number = Int(text), number >= 0 else {
                throw SupportError.invalid(field: String(field), "It is a number from 0.")
            }
            return number
        }
        let session = context.session
        let entries = try await desk.lines.page(
            of: line, session.accountID, in: session.cell, offset: try number("offset", 0),
            limit: try number("limit", 25))
        let people = try await desk.waitingPeople.contacts(
            of: entries.map(\.chatID), in: session.accountID)
        return JSONBody(["waiting": entries.map { Waiting(entry: $0, contact: people[$0.chatID]) }])
    }

    private struct Waiting: Encodable {
        let entry: Lines.Entry
        /// Nil as long as PostgreSQL does not know the chat.
        let contact: Contact?

        enum CodingKeys: CodingKey { case contact }

        func encode(to encoder: any Encoder) throws {
            try entry.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(contact, forKey: .contact)
        }
    }
}

extension StaffContext {
    /// The thing of the agent's account that the path names.
    fileprivate func id<Thing>(_ what: String) throws(SupportError) -> Identifier<Thing> {
        guard let id = parameters.get("id").flatMap(Identifier<Thing>.init) else { throw .notFound(what) }
        return id
    }
}
