/// Code around every run of a job in a worker: `JobRegistry.use(_:)`, the first one outermost.
///
///     fetch ──▶ perform ─▶ perform ─▶ job          run ends ──▶ errands ──▶ one script: acknowledgement + errands
///
/// What a feature has to do in Redis when a job ends (release a lock, count a batch down) belongs into
/// `errands`: it happens in the same step as the acknowledgement, exactly when that took effect.
package protocol JobMiddleware: Sendable {
    /// Calls `next` to run the job, once, or does not. May throw a `JobDirective` to decide what becomes of the
    /// job; any other error is a failure of the job.
    func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws

    /// What Redis is to do in the step that ends `job` so. Follows from its arguments alone: a job whose processes died
    /// is buried by another process, which asks its own middleware. Called once per end, mostly for jobs
    /// that do not use the feature: look for the field first.
    func errands(for job: JobPayload, end: JobEnd) -> [JobErrand]
}

extension JobMiddleware {
    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        try await next(run)
    }

    package func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] { [] }
}

/// One run of a job, as middleware sees it.
package struct JobRun: Sendable {
    package let payload: JobPayload
    /// The queue it was taken from.
    package let queue: String
    package let context: JobContext
}

/// How a job leaves the hands of its process. Handed back to its queue it has not ended.
package enum JobEnd: Sendable, Equatable {
    case succeeded
    /// Failed, and waits in the set `retry`.
    case retried
    /// To the dead set: no tries left, or killed.
    case died
    /// Dropped: failed without a right to be tried or kept, or by `JobDirective.discard`.
    case discarded
    /// Waits in the set `schedule` by `JobDirective.postpone`; neither processed nor failed.
    case postponed
}

/// Thrown by a job, or by middleware, to say itself what becomes of the job.
package enum JobDirective: Error, Sendable, Equatable {
    /// Dropped, with the reason in the log.
    case discard(String)
    /// Straight to the dead set, with the reason as its error.
    case kill(String)
    /// Again after so long, as if it had not run: its tries stay.
    case postpone(Duration)
}
