import Foundation

/// The keys of this room. All but the last two kinds are Sidekiq's own, so that its clients, its API and its
/// Web page read and write them too; they share no hash tag, therefore jobs live on one Redis.
package enum JobKeys {
    /// set: names of the queues.
    package static let queues = "queues"
    /// zset: job → when it is due, seconds.
    package static let schedule = "schedule"
    /// zset: failed job → when it is tried again, seconds.
    package static let retry = "retry"
    /// zset: job that is not tried any more → when it died, seconds.
    package static let dead = "dead"
    /// set: identities of the processes.
    package static let processes = "processes"
    /// int: executions ever, failed ones included; and of them the failed.
    package static let processed = "stat:processed"
    package static let failed = "stat:failed"

    /// list: one element when a job was scheduled that is due before a scheduler would look by itself; it expires.
    static let scheduleWake = "schedule:wake"

    /// list: waiting jobs, pushed at the head, taken from the tail.
    package static func queue(_ name: String) -> String { "queue:\(name)" }
    /// hash: what a process says of itself.
    static func record(_ identity: String) -> String { identity }
    /// hash: thread → the job it runs.
    static func work(_ identity: String) -> String { "\(identity):work" }
    /// The same, under the name that it had up to 6.4.
    static func workers(_ identity: String) -> String { "\(identity):workers" }
    /// list: what a process is asked to do.
    static func signals(_ identity: String) -> String { "\(identity)-signals" }
    /// int: the counter of one day, UTC.
    static func daily(_ counter: String, _ day: String) -> String { "\(counter):\(day)" }

    /// zset: identity → end of its lease, seconds.
    static let leases = "in-progress"
    /// hash: token → job that a process has in hand. The process numbers what it fetches, so acknowledging is
    /// forgetting a number, whatever else is in hand.
    static func inProgress(_ identity: String) -> String { "in-progress:\(identity)" }
    /// list: the jobs in hand that came while the process waited for them: Redis can only move those from list
    /// to list.
    static func arrived(_ identity: String) -> String { "in-progress:\(identity):arrived" }

    /// zset: tenant that waits in a fair queue → jobs it was given since it began to wait.
    static func lanes(_ queue: String) -> String { "lanes:\(queue)" }
    /// list: waiting jobs of one tenant of a fair queue: a queue of its own, with a name that Sidekiq's Web takes for one.
    static func lane(_ queue: String, _ tenant: String) -> String {
        let name = tenant.utf8.reduce(into: "") { name, byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain =
                byte < 0x80 && (character.isLetter || character.isNumber || "_.-".contains(character))
            name += isPlain ? String(character) : (byte < 16 ? ":0" : ":") + String(byte, radix: 16)
        }
        return self.queue("\(queue):of:\(name)")
    }
    /// list: one element while any lane of the queue has jobs.
    static func lanesWake(_ queue: String) -> String { "lanes:\(queue):wake" }

    /// `YYYY-MM-DD` of a time, UTC, as it stands in the daily counters.
    static func day(of time: Date) -> String {
        // Howard Hinnant's civil_from_days: a formatter costs more than the job it counts.
        let z = Int((time.timeIntervalSince1970 / 86400).rounded(.down)) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }
}
