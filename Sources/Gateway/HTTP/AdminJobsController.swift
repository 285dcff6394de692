import Foundation
import Hummingbird
import Support

/// `/admin/jobs`: the installation's queues, waiting jobs and workers, for its operators.
///
///     GET   …                       totals and queues
///     GET   …/processes             POST …/processes/IDENTITY     quiet, stop
///     GET   …/retries               POST …/retries[/ID]           retry, kill, delete     so scheduled and dead
///     GET   …/queues/NAME           POST …/queues/NAME[/ID]       delete
struct AdminJobsController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get { _, context in JSONBody(try await desk.operations.jobs(for: context.session).overview()) }
        routes.get("processes", use: processes)
        routes.post("processes/:identity", use: signal)
        for path in ["queues/:queue", ":set"] {
            routes.get(RouterPath(path), use: page)
            routes.post(RouterPath(path), use: actOnAll)
            routes.post(RouterPath("\(path)/:id"), use: act)
        }
    }

    @Sendable private func processes(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        JSONBody(["processes": try await desk.operations.jobs(for: context.session).processes()])
    }

    @Sendable private func signal(_ request: Request, _ context: StaffContext) async throws -> Response {
        let jobs = try desk.operations.jobs(for: context.session)
        let identity = try context.word("identity")
        let action = try await request.json(Action.self, limit: 1024).action
        let known =
            switch action {
            case "quiet": try await jobs.signal(.quiet, to: identity)
            case "stop": try await jobs.signal(.stop, to: identity)
            default: throw SupportError.invalid(field: "action", "It is quiet or stop.")
            }
        guard known else { throw SupportError.notFound("process") }
        note(action, "process \(identity)", context)
        return Response(status: .noContent)
    }

    @Sendable private func page(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        let jobs = try desk.operations.jobs(for: context.session)
        let query = request.uri.queryParameters
        return JSONBody(
            try await jobs.page(
                of: try context.place(),
                offset: try number(query["offset"], "offset", 0...1_000_000_000) ?? 0,
                limit: try number(query["limit"], "limit", 1...100) ?? 25,
                matching: query["q"].map { String($0.prefix(200)) }))
    }

    @Sendable private func act(_ request: Request, _ context: StaffContext) async throws -> Response {
        let jobs = try desk.operations.jobs(for: context.session)
        let place = try context.place()
        let action = try await action(request, in: place)
        let id = try context.word("id")
        guard let entry = try await jobs.find(id, in: place),
            try await jobs.perform(action, on: entry, in: place)
        else { throw SupportError.notFound("job") }
        note(action.rawValue, "job \(entry.jid)", context)
        return Response(status: .noContent)
    }

    @Sendable private func actOnAll(_ request: Request, _ context: StaffContext) async throws
        -> some ResponseGenerator
    {
        let jobs = try desk.operations.jobs(for: context.session)
        let place = try context.place()
        let action = try await action(request, in: place)
        let count = try await jobs.performOnAll(action, in: place)
        note(action.rawValue, "\(count) jobs", context)
        return JSONBody(["jobs": count])
    }

    private struct Action: Decodable { let action: String }

    private func action(_ request: Request, in place: WaitingPlace) async throws -> WaitingAction {
        let word = try await request.json(Action.self, limit: 1024).action
        guard let action = WaitingAction(rawValue: word), action.isPossible(in: place) else {
            throw SupportError.invalid(field: "action", "It cannot be done here.")
        }
        return action
    }

    private func number(_ text: Substring?, _ field: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SupportError.invalid(
                field: field, "It is a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// Who did what to other people's work stands in the log.
    private func note(_ action: String, _ what: String, _ context: StaffContext) {
        context.logger.notice(
            "an operator acted on jobs",
            metadata: ["action": "\(action)", "on": "\(what)", "agent": "\(context.session.agentID)"])
    }
}

extension StaffContext {
    fileprivate func word(_ name: String) throws -> String {
        guard let word = parameters.get(name)?.removingPercentEncoding, !word.isEmpty else {
            throw HTTPError(.notFound)
        }
        return word
    }

    fileprivate func place() throws -> WaitingPlace {
        if parameters.get("queue") != nil { return .queue(try word("queue")) }
        guard let place = WaitingPlace(set: try word("set")) else { throw HTTPError(.notFound) }
        return place
    }
}
