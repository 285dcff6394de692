import Foundation
import Jobs
import Secrets

/// For each message of an agent, asks for a look five minutes later whether its reader has seen it.
package struct UnreadEmailListener: FactListener {
    private let jobs: JobClient
    private let delay: Duration

    package init(jobs: JobClient, delay: Duration) {
        self.jobs = jobs
        self.delay = delay
    }

    package func heard(_ facts: [Fact]) async throws {
        let envelopes = try facts.compactMap { fact -> JobEnvelope? in
            guard let message = fact.message, message.senderType == .admin else { return nil }
            let job = UnreadEmailJob(accountID: fact.accountID, chatID: fact.chatID, seq: message.seq)
            // The jid follows from the fact, so hearing it twice enqueues once, though the job may have run between.
            return try JobEnvelope(
                job, jid: String(Digest.sha256Hex("unread-email:\(message.id)").prefix(24)),
                createdAt: fact.at.date, at: fact.at.adding(delay).date
            ).once()
        }
        if !envelopes.isEmpty { try await jobs.push(envelopes) }
    }
}
