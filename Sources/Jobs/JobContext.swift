import Foundation
import Logging

/// What a running job knows about itself.
package struct JobContext: Sendable {
    /// The same for all runs of one job; what it does elsewhere can be made idempotent with it.
    package let jid: String
    /// How many times the job failed before: 0 in its first run.
    package let attempt: Int
    /// When it last came into its queue, by the clock of whoever put it there. Read when asked for, as most never are.
    package var enqueuedAt: Date? { payload?.enqueuedAt ?? givenEnqueuedAt }

    private let payload: JobPayload?
    private let givenEnqueuedAt: Date?
    private let name: String
    private let parentLogger: Logger

    package init(jid: String, attempt: Int, enqueuedAt: Date?, name: String, parentLogger: Logger) {
        self.jid = jid
        self.attempt = attempt
        payload = nil
        givenEnqueuedAt = enqueuedAt
        self.name = name
        self.parentLogger = parentLogger
    }

    init(_ payload: JobPayload, name: String, parentLogger: Logger) {
        jid = payload.jid
        attempt = payload.retryCount.map { $0 + 1 } ?? 0
        self.payload = payload
        givenEnqueuedAt = nil
        self.name = name
        self.parentLogger = parentLogger
    }

    /// Carries the job's name and `jid`. Made when asked for: most jobs say nothing.
    package var logger: Logger {
        var logger = parentLogger
        logger[metadataKey: "job"] = "\(name)"
        logger[metadataKey: "jid"] = "\(jid)"
        return logger
    }
}
