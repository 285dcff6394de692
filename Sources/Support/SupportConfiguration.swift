import Realtime

/// The limits and lengths of the business, with defaults that suit most installations.
package struct SupportConfiguration: Sendable {
    /// Over how many cells the accounts are spread. An account's own cell is in PostgreSQL, and below this.
    package var cells = 1
    /// Characters that a message may have.
    package var messageCharacters = 150_000
    /// Messages of each chat that stay in Redis; older ones are read from PostgreSQL.
    package var historyLength = 200
    /// News of each account that stay in Redis, so that staff who come back get what they missed.
    package var staffLogLength = 200
    /// `client_id`s that each chat remembers to recognise a resend by.
    package var rememberedClientIDs = 1000
    /// How long a chat without news stays in Redis.
    package var chatIdleExpiry: Duration = .seconds(24 * 3600)
    /// How many messages a contact, and an agent, may send: a burst, refilled at a steady rate.
    package var contactMessages = RateLimit(burst: 20, per: .milliseconds(500))
    package var agentMessages = RateLimit(burst: 60, per: .milliseconds(100))
    /// How many messages all who write from one address may send. An office of a hundred people shares one.
    package var addressMessages = RateLimit(burst: 2000, per: .milliseconds(2))
    /// How many receipts a contact, and an agent, may give: several tabs and a list that is read through included.
    package var contactMarks = RateLimit(burst: 60, per: .milliseconds(100))
    package var agentMarks = RateLimit(burst: 200, per: .milliseconds(20))
    /// New widget sessions, and log-in attempts, from one address.
    package var sessionsPerAddress = RateLimit(burst: 300, per: .milliseconds(200))
    package var loginsPerAddress = RateLimit(burst: 30, per: .seconds(2))
    package var loginsPerEmail = RateLimit(burst: 10, per: .seconds(10))
    /// How long a gateway's people stay there without a word from it; it beats three times as often. With the beat of
    /// the gateway that finds out, a crash is told within four thirds of it.
    package var presenceLease: Duration = .seconds(6)
    /// How long somebody may be away without anybody being told: a page that is loaded anew.
    package var presenceLinger: Duration = .seconds(3)
    /// How long a contact's token is good for after their last visit.
    package var contactTokenLifetime: Duration = .seconds(180 * 86_400)
    package var loginLifetime: Duration = .seconds(30 * 86_400)
    /// An agent's message that is still unread after this long is sent by e-mail.
    package var unreadEmailDelay: Duration = .seconds(300)
    /// The accounts whose administrators run the installation; nobody does when it is empty.
    package var operatorAccounts: Set<Account.ID> = []

    package init() {}
}

/// A token bucket: so many at once, then one per interval.
package struct RateLimit: Sendable, Equatable {
    package var burst: Int
    package var per: Duration

    package init(burst: Int, per: Duration) {
        self.burst = burst
        self.per = per
    }

    var interval: Int {
        max(1, per.milliseconds)
    }
}
