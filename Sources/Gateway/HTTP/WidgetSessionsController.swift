import Hummingbird
import Support

/// `POST /widget/sessions`: where a visitor begins.
struct WidgetSessionsController {
    let desk: SupportDesk
    let address: AddressOfClient

    private struct Input: Decodable {
        var website_token: String
        var contact_token: String?
        var identifier: String?
        var identifier_hash: String?
        var name: String?
        var email: String?
        var locale: String?
    }

    private struct Output: Encodable {
        struct Settings: Encodable {
            let inbox_name: String
            let greeting: String?
            let locale: String?
            let color: String?
        }
        let token: String
        let contact: Contact
        let chat_id: Chat.ID
        let settings: Settings
    }

    @Sendable func create(_ request: Request, _ context: GatewayContext) async throws
        -> some ResponseGenerator
    {
        try await desk.limits.take(
            desk.configuration.sessionsPerAddress, from: "session:\(address(request, context))",
            at: context.now)
        let input = try await request.json(Input.self)
        let inbox = try await desk.inboxes.find(websiteToken: input.website_token, at: context.now)

        var introduction = Contacts.Introduction()
        introduction.contactToken = input.contact_token
        introduction.identifier = input.identifier
        introduction.identifierHash = input.identifier_hash
        introduction.name = input.name
        introduction.email = input.email
        introduction.locale = input.locale
        let begun = try await desk.contacts.begin(introduction, in: inbox, at: context.now)
        return JSONBody(
            status: .created,
            Output(
                token: begun.token, contact: begun.contact, chat_id: begun.session.chatID,
                settings: .init(
                    inbox_name: inbox.name, greeting: inbox.settings.greeting, locale: inbox.settings.locale,
                    color: inbox.settings.color)))
    }
}

/// Where a request comes from, as far as it can be believed.
struct AddressOfClient: Sendable {
    let proxies: TrustedProxies

    func callAsFunction(_ request: Request, _ context: GatewayContext) -> String {
        ClientAddress.resolve(
            peer: context.peer, forwardedFor: request.headers[values: .xForwardedForHeader], trusting: proxies
        )
    }
}
