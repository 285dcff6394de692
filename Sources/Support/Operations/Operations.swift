import Jobs
import Redis

/// What belongs to the installation and not to one account: its jobs.
///
/// Jobs of all accounts lie in the same queues, so an account's own administrators may not see them. Only those of the
/// accounts that run the installation may (`operators.accounts`); as long as none is named, nobody may.
package struct Operations: Sendable {
    private let jobs: JobAdmin
    private let accounts: Set<Account.ID>

    package init(jobs: JobAdmin, accounts: Set<Account.ID>) {
        self.jobs = jobs
        self.accounts = accounts
    }

    /// Throws `.forbidden` for whoever is no operator.
    package func jobs(for session: AgentSession) throws(SupportError) -> JobAdmin {
        guard session.role >= .administrator, accounts.contains(session.accountID) else {
            throw .forbidden(
                "Only administrators of the account that runs this installation may see its jobs.")
        }
        return jobs
    }
}

// The gateway speaks with this room only.
package typealias WaitingPlace = JobPlace
package typealias WaitingAction = JobAction
