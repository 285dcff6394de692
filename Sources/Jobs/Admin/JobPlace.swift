/// Where jobs wait, as administrators name it.
package enum JobPlace: Sendable, Equatable {
    /// Failed, and tried again later; the next one first.
    case retries
    /// For later; the next one first.
    case scheduled
    /// Not tried any more; the last to die first.
    case dead
    /// To be run; the next one first.
    case queue(String)

    /// `retries`, `scheduled` and `dead`; nil for anything else.
    package init?(set name: String) {
        switch name {
        case "retries": self = .retries
        case "scheduled": self = .scheduled
        case "dead": self = .dead
        default: return nil
        }
    }

    var key: String {
        switch self {
        case .retries: JobKeys.retry
        case .scheduled: JobKeys.schedule
        case .dead: JobKeys.dead
        case .queue(let name): JobKeys.queue(name)
        }
    }

    var isQueue: Bool { if case .queue = self { true } else { false } }
}

/// What can be done with a waiting job.
package enum JobAction: String, Sendable, CaseIterable {
    /// Into its queue at once; one that had failed gets the try that failed back, as in Sidekiq.
    case retry
    /// To the dead set.
    case kill
    /// Away for good.
    case delete

    /// A job in a queue is about to run, and a dead one cannot be killed.
    package func isPossible(in place: JobPlace) -> Bool {
        switch self {
        case .retry: !place.isQueue
        case .kill: place == .retries || place == .scheduled
        case .delete: true
        }
    }
}
