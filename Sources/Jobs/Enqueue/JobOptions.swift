import Foundation

/// How one job is enqueued, where it differs from its type: what is nil follows `Job.options`, then the type.
///
///     try await jobs.perform(ReportJob(month: 11), JobOptions(queue: "low", retry: .atMost(3)))
package struct JobOptions: Sendable {
    /// Identifies the job; random when nil. One that follows from what is to be done makes repeated pushes
    /// of a scheduled job harmless.
    package var jid: String?
    package var queue: String?
    /// Not before; at once when nil or in the past. By the caller's clock.
    package var at: Date?
    /// How often it is tried again after failing; `.never` drops it at the first failure.
    package var retry: RetryRule?
    /// The queue for tries after the first.
    package var retryQueue: String?
    /// False: dropped when no tries are left, instead of resting in the dead set.
    package var restsWhenDead: Bool?
    /// Dropped when it has not begun so long after `at`, or now.
    package var expiresIn: Duration?
    /// Labels that Sidekiq's Web page shows and finds jobs by.
    package var tags: [String]?
    /// At most one job of its kind at a time; see `JobUniqueness`.
    package var unique: JobUniqueness?
    /// Whether somebody watches how far it is; see `JobProgress`.
    package var watched: Bool?
    /// Passed on to the run; those of the enqueuing task when nil.
    package var attributes: JobAttributes?

    package init(
        jid: String? = nil, queue: String? = nil, at: Date? = nil, retry: RetryRule? = nil,
        retryQueue: String? = nil, restsWhenDead: Bool? = nil, expiresIn: Duration? = nil,
        tags: [String]? = nil,
        unique: JobUniqueness? = nil, watched: Bool? = nil, attributes: JobAttributes? = nil
    ) {
        self.jid = jid
        self.queue = queue
        self.at = at
        self.retry = retry
        self.retryQueue = retryQueue
        self.restsWhenDead = restsWhenDead
        self.expiresIn = expiresIn
        self.tags = tags
        self.unique = unique
        self.watched = watched
        self.attributes = attributes
    }

    /// These, and where they say nothing, `others`.
    func over(_ others: JobOptions) -> JobOptions {
        JobOptions(
            jid: jid ?? others.jid, queue: queue ?? others.queue, at: at ?? others.at,
            retry: retry ?? others.retry, retryQueue: retryQueue ?? others.retryQueue,
            restsWhenDead: restsWhenDead ?? others.restsWhenDead,
            expiresIn: expiresIn ?? others.expiresIn, tags: tags ?? others.tags,
            unique: unique ?? others.unique, watched: watched ?? others.watched,
            attributes: attributes ?? others.attributes)
    }
}

extension JobEnvelope {
    /// - Parameter now: of the caller's clock: `created_at`, and what counts as past.
    package init<J: Job>(_ job: J, _ options: JobOptions, now: Date) throws {
        let options = options.over(J.options)
        try self.init(
            job, queue: options.queue ?? J.queue, retry: options.retry, jid: options.jid ?? Self.randomJID(),
            createdAt: now, at: options.at.flatMap { $0 > now ? $0 : nil })
        if let queue = options.retryQueue { self = adding("retry_queue", json: JSONText.string(queue)) }
        if let rests = options.restsWhenDead { self = adding("dead", json: "\(rests)") }
        if let limit = options.expiresIn {
            let end = (at ?? now).addingTimeInterval(limit.inSeconds)
            self = adding("expiry", json: JSONText.time(end))
        }
        if let tags = options.tags {
            self = adding("tags", json: "[\(tags.map(JSONText.string).joined(separator: ","))]")
        }
        if let attributes = options.attributes { self = adding(JobAttributes.field, json: attributes.json) }
        if options.watched == true { self = adding("watched", json: "true") }
        if let unique = options.unique { self = locked(unique, className: J.name) }
    }
}
