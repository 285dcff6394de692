/// A refusal that the caller must see. The gateway turns it into a status and a body, or an error frame; nothing
/// in it tells a stranger more than that there is nothing here for them.
package enum SupportError: Error, Equatable, Sendable {
    /// No such thing, or none for this caller: the two are not told apart.
    case notFound(String)
    /// Known caller, but their role does not allow it.
    case forbidden(String)
    /// Nobody, or nobody any more: `code` says why (`invalid_token`, `expired_token`, `invalid_credentials` …).
    case unauthorized(code: String, String)
    /// One field is not as it should be, and how it should be.
    case invalid(field: String, String)
    /// It is not as the caller thought: `code` says in which way.
    case conflict(code: String, String)
    /// Somebody else was faster.
    case taken(by: Conversation.View.Assignee)
    /// The agent has as many conversations as they can.
    case full(capacity: Int)
    /// Too fast; come back after so many milliseconds.
    case limited(retryAfter: Int)
    /// A part that this needs is away; the same call may succeed later.
    case unavailable(String)
}
