import Foundation
import Redis

/// At most one job of a kind at a time: a lock in Redis that belongs to one `jid`.
///
/// The lock is taken in the very step that enqueues the job, and let go in the very step in which it ends
/// (succeeded, dead, or dropped). A process that dies takes nothing with it: the job is
/// recovered, and finds the lock its own. `lasts` is for what nobody sees, like a job that is deleted by hand.
package struct JobUniqueness: Sendable, Equatable {
    package enum Until: String, Sendable {
        /// From enqueuing to the end: no second job while one waits, runs, or is to be tried again.
        case executed = "success"
        /// From enqueuing to the start: no second job while one waits. What changes during a run gets a run of its
        /// own.
        case executing = "start"
        /// During a run only: any number may wait, one at a time runs. The others wait a little and ask again.
        case notRunning = "running"
    }

    package let until: Until
    /// The lock ends by itself so long after the job was enqueued or last failed; prolonged while it runs.
    package let lasts: Duration
    /// What is to be unique, within the job's class; its arguments when nil.
    package let key: String?

    package init(until: Until = .executed, lasts: Duration = .seconds(86_400), key: String? = nil) {
        precondition(lasts > .zero, "a lock must last")
        self.until = until
        self.lasts = lasts
        self.key = key
    }

    /// Short texts stand in the key as they are; of long ones, their digest.
    static func lockName(_ className: String, _ text: String) -> String {
        "unique:\(className):" + (text.utf8.count <= 128 ? text : "sha1:" + SHA1.hex(text.utf8))
    }
}

/// A key that enqueuing takes for the job, or finds taken.
struct JobLock: Sendable, Equatable {
    let name: String
    let lasts: Duration
}

extension JobEnvelope {
    func locked(_ unique: JobUniqueness, className: String) -> JobEnvelope {
        // The bytes were made here, so they can be read.
        let arguments = (try? JobPayload(bytes)).map { String(buffer: $0.arguments) } ?? ""
        let name = JobUniqueness.lockName(className, unique.key ?? arguments)
        var copy =
            adding("unique_for", json: "\(unique.lasts.inSeconds)")
            .adding("unique_until", json: JSONText.string(unique.until.rawValue))
            .adding("unique_key", json: JSONText.string(name))
        if unique.until != .notRunning { copy.lock = JobLock(name: name, lasts: unique.lasts) }
        return copy
    }

    /// Enqueued once however often it is pushed within `memory`, also when it has run long since: for
    /// whoever hears the same news again after a crash, as the readers of a journal do. The `jid` must follow
    /// from the news.
    package func once(within memory: Duration = .seconds(7 * 86_400)) -> JobEnvelope {
        var copy = self
        copy.lock = JobLock(name: "once:\(jid)", lasts: memory)
        return copy
    }
}
