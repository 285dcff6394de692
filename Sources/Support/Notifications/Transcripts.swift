import Jobs
import Postgres
import Realtime
import Secrets

/// A contact asking for their chat by e-mail.
package struct Transcripts: Sendable {
    /// An address may be anybody's, so few are sent: a burst, then one an hour.
    private static let limit = RateLimit(burst: 3, per: .seconds(3600))

    private let jobs: JobClient
    private let limits: RateLimits

    init(jobs: JobClient, limits: RateLimits) {
        self.jobs = jobs
        self.limits = limits
    }

    /// Has it sent soon. The job decides whether there is anything to send: nothing goes out of a chat in which nobody
    /// on staff has written, so that strangers cannot have us mail their own words to others.
    package func request(
        of session: ContactSession, to email: String, locale: String?, at now: Timestamp
    ) async throws {
        guard email.count <= 254, !email.utf8.contains(where: { $0 <= 0x20 || $0 == 0x2C || $0 == 0x7F }),
            email.split(separator: "@", omittingEmptySubsequences: false).map(\.isEmpty) == [false, false]
        else { throw SupportError.invalid(field: "email", "It is an e-mail address: name@example.com.") }
        try await limits.take(Self.limit, from: "transcript:\(session.chatID)", at: now)
        try await limits.take(Self.limit, from: "transcript:\(email.lowercased())", at: now)
        let job = TranscriptJob(
            accountID: session.accountID, chatID: session.chatID, email: email, locale: locale)
        try await jobs.push(
            JobEnvelope(job, jid: String(RandomToken.make().prefix(24)), createdAt: now.date))
    }
}
