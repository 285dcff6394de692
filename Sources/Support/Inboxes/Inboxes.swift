import Foundation
import NIOConcurrencyHelpers
import Postgres

/// Finding the inbox that a website's token names.
///
/// Remembered for a minute in this process, and longer while PostgreSQL is away: visitors
/// who have written before can go on then.
package struct Inboxes: Sendable {
    private let rows: InboxRows
    private let known = NIOLockedValueBox<[String: (inbox: Inbox, at: Timestamp)]>([:])
    private let limit = 10_000

    package init(postgres: PostgresPool) { rows = InboxRows(postgres: postgres) }

    package func find(websiteToken: String, at now: Timestamp) async throws -> Inbox {
        let held = known.withLockedValue { $0[websiteToken] }
        if let held, now < held.at.adding(.seconds(60)) { return held.inbox }
        do {
            guard let inbox = try await rows.find(websiteToken: websiteToken) else {
                throw SupportError.notFound("website_token")
            }
            known.withLockedValue { known in
                if known.count >= limit { known.removeAll() }
                known[websiteToken] = (inbox, now)
            }
            return inbox
        } catch let error as PostgresError where error.isTransient {
            if let held { return held.inbox }
            throw SupportError.unavailable("Starting a chat is not possible at the moment; try again soon.")
        }
    }
}
