import Foundation
import Jobs
import Logging
import Postgres
import Realtime
import Redis
import Secrets

/// Everything that can be done, in one value: what a gateway's controllers and commands are given.
///
///     accounts ─ access ─ inboxes ─ contacts ─ chats ─ messages ─ receipts
///
/// A class, as it is passed along with every command: one reference instead of all its parts.
package final class SupportDesk: Sendable {
    package let configuration: SupportConfiguration
    package let postgres: PostgresPool
    package let redis: RedisClient

    package let logins: Logins
    package let tickets: Tickets
    package let sessions: Sessions
    package let limits: RateLimits
    package let inboxes: Inboxes
    package let contacts: Contacts
    package let chats: Chats
    package let chatList: ChatList
    package let staffNews: StaffNews
    package let messages: Messages
    package let receipts: Receipts
    package let archive: Archive
    package let endings: Endings
    package let ratings: Ratings
    package let timers: Timers
    package let inboxTimes: InboxTimes
    /// What happens when timers are due.
    package let timerDuties: [any TimerDuty]
    package let typing: Typing
    package let transcripts: Transcripts
    package let presence: Presence
    package let assignments: Assignments
    package let availability: Availability
    package let shifts: Shifts
    package let lines: Lines
    package let waitingPeople: WaitingPeople
    package let teams: Teams
    package let staff: Staff
    package let duties: Duties
    package let inboxRules: InboxRules
    package let inboxDesk: InboxDesk
    package let hiring: Hiring
    package let assignmentCheck: AssignmentCheck
    package let assignmentSetup: AssignmentSetup
    private let assignmentScripts: AssignmentScripts
    private let coldChats: ColdChats
    package let announcements: Announcements
    /// One for each cell, in the order of their numbers.
    package let journals: [Journal]
    package let health: Health
    package let operations: Operations
    package let systemReports: SystemReports

    /// Throws `RedisError` when a script is missing or malformed.
    /// - Parameter jobs: where the jobs are; nil is the same Redis.
    package init(
        configuration: SupportConfiguration, postgres: PostgresPool, redis: RedisClient,
        jobs: RedisClient? = nil,
        scripts: ScriptLibrary,
        keyring: Keyring, passwords: PasswordHasher = PasswordHasher()
    ) throws(RedisError) {
        self.configuration = configuration
        self.postgres = postgres
        self.redis = redis
        let chatScripts = try ChatScripts(scripts)
        let messageRows = MessageRows(postgres: postgres)
        coldChats = ColdChats(
            redis: redis, scripts: chatScripts, chatRows: ChatRows(postgres: postgres),
            messageRows: messageRows,
            configuration: configuration)
        let tokens = ContactTokens(signer: TokenSigner(keyring), lifetime: configuration.contactTokenLifetime)

        logins = Logins(
            postgres: postgres, redis: redis, passwords: passwords, lifetime: configuration.loginLifetime)
        tickets = Tickets(redis: redis)
        sessions = Sessions(redis: redis)
        limits = try RateLimits(redis: redis, scripts: scripts)
        inboxes = Inboxes(postgres: postgres)
        contacts = Contacts(postgres: postgres, tokens: tokens, redis: redis, scripts: chatScripts)
        chats = Chats(redis: redis, coldChats: coldChats)
        chatList = ChatList(postgres: postgres)
        staffNews = try StaffNews(redis: redis, scripts: scripts)
        messages = try Messages(
            redis: redis, scripts: scripts, coldChats: coldChats, rows: messageRows,
            configuration: configuration)
        receipts = Receipts(redis: redis, coldChats: coldChats, configuration: configuration)
        archive = Archive(redis: redis, coldChats: coldChats)
        endings = Endings(redis: redis, coldChats: coldChats)
        ratings = Ratings(redis: redis, coldChats: coldChats)
        timers = try Timers(redis: redis, scripts: scripts)
        inboxTimes = InboxTimes(postgres: postgres)
        typing = Typing(redis: redis)
        transcripts = Transcripts(jobs: JobClient(redis: jobs ?? redis), limits: limits)
        presence = try Presence(redis: redis, scripts: scripts, configuration: configuration)
        assignmentScripts = try AssignmentScripts(scripts)
        assignmentSetup = AssignmentSetup(
            redis: redis, scripts: assignmentScripts, rows: AssignmentRows(postgres: postgres),
            configuration: configuration)
        assignments = Assignments(
            redis: redis, scripts: assignmentScripts, coldChats: coldChats, setup: assignmentSetup)
        availability = Availability(
            redis: redis, postgres: postgres, scripts: assignmentScripts, setup: assignmentSetup,
            configuration: configuration)
        shifts = Shifts(timers: timers, postgres: postgres)
        timerDuties = [
            IdleDuty(timers: timers, endings: endings, coldChats: coldChats),
            TargetDuty(timers: timers, coldChats: coldChats),
            ArchiveDuty(timers: timers, endings: endings, archive: archive),
            ShiftDuty(timers: timers, shifts: shifts, availability: availability),
        ]
        lines = Lines(redis: redis)
        waitingPeople = WaitingPeople(postgres: postgres)
        teams = Teams(postgres: postgres, setup: assignmentSetup)
        staff = Staff(postgres: postgres, redis: redis, setup: assignmentSetup)
        duties = Duties(redis: redis)
        inboxRules = InboxRules(postgres: postgres, setup: assignmentSetup)
        inboxDesk = InboxDesk(postgres: postgres, setup: assignmentSetup)
        hiring = Hiring(postgres: postgres, passwords: passwords, logins: logins, setup: assignmentSetup)
        assignmentCheck = AssignmentCheck(
            redis: redis, scripts: assignmentScripts, configuration: configuration)
        announcements = Announcements(redis: redis, scripts: chatScripts, configuration: configuration)
        let journalScripts = try JournalScripts(scripts)
        journals = (0..<configuration.cells).map {
            Journal(cell: Cell($0), redis: redis, scripts: journalScripts)
        }
        health = Health(redis: redis, jobs: jobs ?? redis, postgres: postgres, journals: journals)
        systemReports = SystemReports(
            health: health, redis: redis, jobs: jobs ?? redis, journals: journals)
        operations = Operations(
            jobs: JobAdmin(redis: jobs ?? redis, scripts: try JobScripts(scripts)),
            accounts: configuration.operatorAccounts)
    }

    /// What is due in the lines of a cell; every worker runs one for each.
    package func assignmentClock(of cell: Cell, logger: Logger) -> AssignmentClock {
        AssignmentClock(
            cell: cell, redis: redis, scripts: assignmentScripts, setup: assignmentSetup,
            coldChats: coldChats,
            logger: logger,
            end: { [endings] chat, cause in
                try await endings.end(chat, Ending(because: cause), at: .now())
            })
    }
}
