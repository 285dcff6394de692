import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Support

/// What is known of a request: who asks, from where, and when it came.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: String?
    let now: Timestamp
    /// Set by the door of the surface; nil on public routes.
    var principal: Principal?
    /// The bearer token that came with the request.
    var token: String?
    /// Where the request comes from, as far as it can be believed. Set by the door.
    var address: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
        now = .now()
    }
}

/// The context behind the contacts' door.
struct ContactContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let session: ContactSession
    let now: Timestamp
    let address: String?

    init(context: GatewayContext) throws {
        guard case .contact(let session) = context.principal else {
            throw SupportError.unauthorized(code: "invalid_token", "This needs a contact's token.")
        }
        coreContext = context.coreContext
        self.session = session
        now = context.now
        address = context.address
    }

    var principal: Principal { .contact(session) }
    var chat: Chat.Address { session.chat }
}

/// The context behind the staff's door.
struct StaffContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let session: AgentSession
    let now: Timestamp
    let address: String?

    init(context: GatewayContext) throws {
        guard case .agent(let session) = context.principal else {
            throw SupportError.unauthorized(code: "invalid_token", "This needs a token from logging in.")
        }
        coreContext = context.coreContext
        self.session = session
        now = context.now
        address = context.address
    }

    var principal: Principal { .agent(session) }

    /// The chat that the path names, in the agent's own account.
    func chat() throws -> Chat.Address {
        guard let id = parameters.get("id").flatMap(Chat.ID.init) else { throw SupportError.notFound("chat") }
        return Chat.Address(cell: session.cell, accountID: session.accountID, chatID: id)
    }
}
