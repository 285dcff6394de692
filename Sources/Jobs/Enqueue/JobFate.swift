/// What became of a job that was to be enqueued.
package enum JobFate: Sendable, Equatable {
    case enqueued
    /// Not enqueued: this other job, or the very same one pushed before, stands for it.
    case duplicate(of: String)
    /// Not enqueued: its batch has ended, or is not known.
    case batchOver
    /// Not enqueued: middleware held it back.
    case heldBack
}

/// A job that was to be enqueued, and what became of it.
package struct EnqueuedJob: Sendable, Equatable {
    /// The one to ask for: the other's, when the job is a duplicate.
    package let jid: String
    package let fate: JobFate

    package init(jid: String, fate: JobFate) {
        self.jid = jid
        self.fate = fate
    }

    init(_ envelope: JobEnvelope) {
        if case .duplicate(let other) = envelope.fate { jid = other } else { jid = envelope.jid }
        fate = envelope.fate
    }

    init(heldBack jid: String) {
        self.jid = jid
        fate = .heldBack
    }
}
