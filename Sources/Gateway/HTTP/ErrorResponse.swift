import HTTPTypes
import Hummingbird
import NIOCore
import Support

/// Every refusal, as clients see it: `{"error":{"code","message","field"?}}` over REST, and
/// `{"type":"error","code","message","field"?,"retry_after"?,"client_id"?}` on the socket. The one table that says
/// which error means which status and which code.
package struct ErrorResponse: Encodable, Sendable {
    package let code: String
    package let message: String
    package var field: String?
    /// Seconds after which the same call may succeed.
    package var retryAfter: Double?
    /// Who was faster.
    package var agent: Conversation.View.Assignee?
    package let status: HTTPResponse.Status

    /// Over REST the time to wait is a header.
    enum CodingKeys: CodingKey { case code, message, field, agent }

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, field: String? = nil,
        retryAfter: Double? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
    }

    /// What an error means to a client. Nothing of an unexpected one is told: it stands in the log.
    init(_ error: any Error) {
        switch error {
        case let error as SupportError: self.init(error)
        case let error as any HTTPResponseError:
            self.init(error.status, Self.word(for: error.status), Self.sentence(for: error.status))
        case let error as any TransientError where error.isTransient:
            self.init(
                .serviceUnavailable, "unavailable", "A part of the service is away; try again soon.",
                retryAfter: 1)
        default:
            self.init(
                .internalServerError, "internal_error", "Something went wrong on our side; it has been noted."
            )
        }
    }

    private init(_ error: SupportError) {
        switch error {
        case .notFound(let what): self.init(.notFound, "not_found", "There is no such \(what).")
        case .forbidden(let why): self.init(.forbidden, "forbidden", why)
        case .unauthorized(let code, let why): self.init(.unauthorized, code, why)
        case .invalid(let field, let why): self.init(.unprocessableContent, "invalid", why, field: field)
        case .conflict(let code, let why): self.init(.conflict, code, why)
        case .taken(let agent):
            self.init(.conflict, "taken", "\(agent.name) has this conversation already.")
            self.agent = agent
        case .full(let capacity):
            self.init(
                .conflict, "agent_full",
                "The agent has as many conversations as they can (\(capacity)); a supervisor may override this."
            )
        case .limited(let milliseconds):
            self.init(
                .tooManyRequests, "rate_limited", "That was too fast; wait a moment.",
                retryAfter: Double(milliseconds) / 1000)
        case .unavailable(let why): self.init(.serviceUnavailable, "unavailable", why, retryAfter: 1)
        }
    }

    private static func word(for status: HTTPResponse.Status) -> String {
        status.reasonPhrase.isEmpty ? "error" : status.reasonPhrase.lowercased().replacing(" ", with: "_")
    }

    private static func sentence(for status: HTTPResponse.Status) -> String {
        switch status {
        case .notFound: "There is nothing at this address."
        case .methodNotAllowed: "This address does not take that method."
        case .contentTooLarge: "The request's body is too large."
        case .badRequest: "The request could not be read."
        default: "\(status.reasonPhrase)."
        }
    }

    var isOurFault: Bool { status == .internalServerError }

    /// As an HTTP response.
    func response() -> Response {
        struct Body: Encodable { let error: ErrorResponse }
        var response = JSONBody(status: status, Body(error: self)).response()
        if let retryAfter {
            response.headers[.retryAfter] = String(max(1, Int(retryAfter.rounded(.up))))
        }
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    /// As an ActionCable payload.
    func payload(clientID: String? = nil) -> ByteBuffer {
        struct Payload: Encodable {
            let type = "error"
            let code, message: String
            let field: String?
            let retryAfter: Double?
            let clientID: String?

            enum CodingKeys: String, CodingKey {
                case type, code, message, field
                case retryAfter = "retry_after"
                case clientID = "client_id"
            }
        }
        return JSONBody.bytes(
            Payload(code: code, message: message, field: field, retryAfter: retryAfter, clientID: clientID))
    }
}
