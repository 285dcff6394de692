import Hummingbird
import Support

/// `/admin/inboxes/:id/hours` and `…/timers`: when an inbox is open, and what is done when time passes. All staff may
/// look; administrators set.
struct AdminInboxesController {
    let desk: SupportDesk

    private struct Timers: Codable { let timers: TimeRules }

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get(":id/hours") { [desk] _, context in
            JSONBody(
                WrittenHours(
                    hours: try await desk.inboxTimes.hours(of: try context.inbox(), for: context.session)))
        }
        routes.put(":id/hours") { [desk] request, context in
            let inbox = try context.inbox()
            try context.session.require(.administrator)
            let input = try await request.json(WrittenHours.self)
            try await desk.inboxTimes.set(input.hours, of: inbox, by: context.session)
            return JSONBody(input)
        }
        routes.get(":id/timers") { [desk] _, context in
            JSONBody(
                Timers(timers: try await desk.inboxTimes.rules(of: try context.inbox(), for: context.session))
            )
        }
        routes.put(":id/timers") { [desk] request, context in
            let inbox = try context.inbox()
            try context.session.require(.administrator)
            let input = try await request.json(Timers.self)
            try await desk.inboxTimes.set(input.timers, of: inbox, by: context.session)
            return JSONBody(input)
        }
    }
}

extension StaffContext {
    fileprivate func inbox() throws -> Inbox.ID {
        guard let id = parameters.get("id").flatMap(Inbox.ID.init) else {
            throw SupportError.notFound("inbox")
        }
        return id
    }
}
