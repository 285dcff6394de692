import Foundation
import Realtime

/// Why and by whom a conversation is ended.
package struct Ending: Sendable, Equatable {
    package enum Reason: String, Codable, Sendable {
        /// The contact has what they came for, or gave up.
        case userEnded = "user_ended"
        /// Staff have done what there was to do.
        case serviceEnded = "service_ended"
        /// The contact did not answer in time, and was warned before.
        case timeout
        /// It goes on elsewhere.
        case transferred
        /// Nobody has written for a long time.
        case inactive
        /// Something had to end it: an account that was suspended, an inbox that was closed.
        case system
    }

    /// Who, as the records say it.
    package enum Actor: Sendable, Equatable {
        case contact(Contact.ID)
        case agent(Agent.ID)
        case supervisor(Agent.ID)
        case system

        package init(_ principal: Principal) {
            switch principal {
            case .contact(let session): self = .contact(session.contactID)
            case .agent(let session):
                self = session.role == .agent ? .agent(session.agentID) : .supervisor(session.agentID)
            }
        }

        var word: String {
            switch self {
            case .contact: "user"
            case .agent: "agent"
            case .supervisor: "supervisor"
            case .system: "system"
            }
        }

        var idJSON: String {
            switch self {
            case .contact(let id): "\"\(id)\""
            case .agent(let id), .supervisor(let id): "\"\(id)\""
            case .system: "null"
            }
        }
    }

    /// Characters that a comment may have.
    static let commentCharacters = 2000

    package let reason: Reason
    package let actor: Actor
    package let comment: String?

    package init(_ reason: Reason, by actor: Actor, comment: String? = nil) {
        (self.reason, self.actor, self.comment) = (reason, actor, comment)
    }

    /// What somebody asks for. Contacts end for one reason; staff for all that are not the system's own.
    ///
    /// Throws `SupportError.invalid` for `reason` and `comment`.
    package init(asked reason: String?, comment: String?, by principal: Principal) throws(SupportError) {
        let allowed: [Reason] =
            switch principal {
            case .contact: [.userEnded]
            case .agent: [.serviceEnded, .userEnded, .transferred, .inactive]
            }
        var asked = allowed[0]
        if let reason {
            guard let known = allowed.first(where: { $0.rawValue == reason }) else {
                let words = allowed.map(\.rawValue).joined(separator: ", ")
                throw .invalid(field: "reason", "It is one of: \(words).")
            }
            asked = known
        }
        self.init(
            asked, by: Actor(principal),
            comment: try Self.comment(comment, limit: Self.commentCharacters))
    }

    /// A comment as it is kept: without space around it, and nil when nothing is left.
    static func comment(_ text: String?, limit: Int) throws(SupportError) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= 4 * limit, text.count <= limit, !text.utf8.contains(0) else {
            throw .invalid(field: "comment", "It has at most \(limit) characters, and no NUL.")
        }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }
}
