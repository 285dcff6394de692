import Hummingbird
import Support

/// `/admin/inboxes`: the websites that chats come from. All staff may look; administrators set.
///
///     GET   …    POST   …              PUT   …/:id     name, and what the widget shows
///     GET   …/:id/hours                PUT   …/:id/hours       when it is open
///     GET   …/:id/timers               PUT   …/:id/timers      what is done when time passes
struct AdminInboxesController {
    let desk: SupportDesk

    private struct Timers: Codable { let timers: TimeRules }

    private struct Input: Decodable {
        let name: String?
        let settings: InboxSettings?
    }

    func add(to routes: RouterGroup<StaffContext>) {
        routes.get { [desk] _, context in
            JSONBody(["inboxes": try await desk.inboxDesk.list(context.session.accountID)])
        }
        routes.post { [desk] request, context in
            let input = try await request.json(Input.self)
            guard let name = input.name else { throw SupportError.invalid(field: "name", "It is missing.") }
            return JSONBody(
                status: .created,
                ["inbox": try await desk.inboxDesk.create(name: name, by: context.session)])
        }
        routes.put(":id") { [desk] request, context in
            let input = try await request.json(Input.self)
            return JSONBody([
                "inbox": try await desk.inboxDesk.set(
                    name: input.name, settings: input.settings, of: try context.inbox(),
                    by: context.session)
            ])
        }
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
