/// Work for later: a value that says what to do, and the code that does it.
///
/// A job is written into a Redis list in Sidekiq's own format and run by some worker process, at
/// least once: a process that dies in the middle leaves the job to be run again, so `perform` must
/// be harmless when repeated. An error that it throws is a failure; the job is tried again by
/// Sidekiq's formula, `maxRetries` times, and then rests in the dead set for people to look at.
///
///              push                     fetch                     success
///     client ────────▶ queue:NAME ───────────────▶ in-progress ───────────▶ gone
///        │ at              ▲  ▲                      │   │   │
///        ▼      promote    │  │  process died or     │   │   │ no tries left
///     schedule ────────────┘  └── shut down ─────────┘   │   └──────────────▶ dead
///                          ▲                             │ failure
///                          └───────── retry ◀────────────┘
package protocol Job: Codable, Sendable {
    /// What the job needs besides its own fields; given to the registry once per process.
    associatedtype Services: Sendable

    /// The `class` of the job in Redis. Never rename it while jobs are on their way.
    static var name: String { get }
    /// The queue it goes to.
    static var queue: String { get }
    /// How often it is tried again after failing. Sidekiq's 25 tries take about 21 days; 0 sends the first
    /// failure to the dead set.
    static var maxRetries: Int { get }
    /// Tried again for so long after the first failure, however often that is; replaces `maxRetries`.
    static var retryFor: Duration? { get }
    /// Whether a job without tries left rests in the dead set; otherwise it is dropped.
    static var restsWhenDead: Bool { get }
    /// A run that takes longer is cancelled, which is a failure like others.
    static var timeLimit: Duration? { get }
    /// Dropped when it has not begun so long after it was made, or was due.
    static var expiresIn: Duration? { get }
    /// How its fields are laid out in `args`.
    static var arguments: JobArguments { get }

    /// Decides after a failure that leaves tries whether and when the next one is. `count` is 0 for the first failure.
    static func retryIn(count: Int, error: any Error) -> RetryChoice

    /// Whose job it is: in a fair queue tenants are served in turns. Nil for nobody's in particular.
    var tenant: String? { get }

    /// Does the work. Should notice cancellation: that is how a shutdown ends a job whose time is up, and
    /// the job is run again elsewhere.
    func perform(_ services: Services, _ context: JobContext) async throws
}

extension Job {
    package static var queue: String { "default" }
    package static var maxRetries: Int { 25 }
    package var tenant: String? { nil }
    package static var retryFor: Duration? { nil }
    package static var restsWhenDead: Bool { true }
    package static var timeLimit: Duration? { nil }
    package static var expiresIn: Duration? { nil }
    package static var arguments: JobArguments { .named }
    package static func retryIn(count: Int, error: any Error) -> RetryChoice { .byFormula }
}

/// The two ways in which a job's fields become Sidekiq's `args` array.
package enum JobArguments: Sendable {
    /// One object: `[{"chat":"…","limit":5}]`. What Swift writes unless told otherwise.
    case named
    /// The array itself, for jobs shared with Ruby (`perform(chat, limit)`): the job decodes itself from an
    /// unkeyed container.
    case positional
}
