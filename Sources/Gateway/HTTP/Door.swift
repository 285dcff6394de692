import HTTPTypes
import Hummingbird
import Support

/// The one door to each surface: turns a bearer token into a principal, or refuses.
struct Door {
    let desk: SupportDesk

    /// Contacts' tokens are signed and begin with their purpose; staff's are random.
    func principal(token: String, account: String?, at now: Timestamp) async throws -> Principal {
        if token.hasPrefix("contact.") {
            return .contact(try desk.contacts.authenticate(token: token, at: now))
        }
        var accountID: Account.ID?
        if let account {
            guard let id = Account.ID(account) else {
                throw SupportError.invalid(field: "X-Account-Id", "It is not a UUID.")
            }
            accountID = id
        }
        return .agent(try await desk.logins.authenticate(token: token, account: accountID, at: now))
    }

    static func bearer(_ headers: HTTPFields) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}

/// Lets in whoever holds a token.
struct DoorMiddleware: RouterMiddleware {
    let door: Door
    let address: AddressOfClient

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard let token = Door.bearer(request.headers) else {
            throw SupportError.unauthorized(
                code: "missing_token", "This needs the header Authorization: Bearer TOKEN.")
        }
        var context = context
        context.token = token
        context.address = address(request, context)
        context.principal = try await door.principal(
            token: token, account: request.headers[.accountID], at: context.now)
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    /// Which of their accounts a member of staff works in; their first one when absent.
    static let accountID = Self("X-Account-Id")!
}
