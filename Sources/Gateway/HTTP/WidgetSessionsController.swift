import Hummingbird
import Support

/// `POST /widget/sessions`: where a visitor begins.
struct WidgetSessionsController {
    let desk: SupportDesk
    let address: AddressOfClient

    private struct Input: Decodable {
        var websiteToken: String
        var contactToken: String?
        var identifier: String?
        var identifierHash: String?
        var identityToken: String?
        var attributes: ContactAttributes?
        var name: String?
        var email: String?
        var locale: String?

        enum CodingKeys: String, CodingKey {
            case identifier, attributes, name, email, locale
            case websiteToken = "website_token"
            case contactToken = "contact_token"
            case identifierHash = "identifier_hash"
            case identityToken = "identity_token"
        }
    }

    private struct Output: Encodable {
        struct Settings: Encodable {
            let inboxName: String
            let greeting: String?
            let locale: String?
            let color: String?
            /// Whether somebody is there by the inbox's hours, and when they will be again if not.
            let open: Bool
            let opensAt: Timestamp?
            let preChat: PreChat?

            enum CodingKeys: String, CodingKey {
                case greeting, locale, color, open
                case inboxName = "inbox_name"
                case opensAt = "opens_at"
                case preChat = "pre_chat"
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(inboxName, forKey: .inboxName)
                try container.encode(greeting, forKey: .greeting)
                try container.encode(locale, forKey: .locale)
                try container.encode(color, forKey: .color)
                try container.encode(open, forKey: .open)
                try container.encode(opensAt, forKey: .opensAt)
                try container.encode(preChat, forKey: .preChat)
            }
        }
        let token: String
        let contact: Contact
        let chatID: Chat.ID
        let settings: Settings

        enum CodingKeys: String, CodingKey {
            case token, contact, settings
            case chatID = "chat_id"
        }
    }

    @Sendable func create(_ request: Request, _ context: GatewayContext) async throws
        -> some ResponseGenerator
    {
        try await desk.limits.take(
            desk.configuration.sessionsPerAddress, from: "session:\(address(request, context))",
            at: context.now)
        let input = try await request.json(Input.self)
        let inbox = try await desk.inboxes.find(websiteToken: input.websiteToken, at: context.now)

        var introduction = Contacts.Introduction()
        introduction.contactToken = input.contactToken
        introduction.identifier = input.identifier
        introduction.identifierHash = input.identifierHash
        introduction.identityToken = input.identityToken
        if let attributes = input.attributes { introduction.attributes = attributes }
        introduction.name = input.name
        introduction.email = input.email
        introduction.locale = input.locale
        let begun = try await desk.contacts.begin(introduction, in: inbox, at: context.now)
        let isOpen = inbox.hours?.isOpen(at: context.now) ?? true
        return JSONBody(
            status: .created,
            Output(
                token: begun.token, contact: begun.contact, chatID: begun.session.chatID,
                settings: .init(
                    inboxName: inbox.name, greeting: inbox.settings.greeting, locale: inbox.settings.locale,
                    color: inbox.settings.color, open: isOpen,
                    opensAt: isOpen ? nil : inbox.hours?.nextChange(after: context.now),
                    preChat: inbox.settings.preChat)))
    }
}

/// Where a request comes from, as far as it can be believed.
struct AddressOfClient: Sendable {
    let proxies: TrustedProxies

    func callAsFunction(_ request: Request, _ context: GatewayContext) -> String {
        ClientAddress.resolve(
            peer: context.peer, forwardedFor: request.headers[values: .xForwardedFor], trusting: proxies
        )
    }
}
