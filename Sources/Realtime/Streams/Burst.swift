import NIOCore

/// Whether a stream's publications come in bursts, so that waiting a moment for the rest of one pays.
///
/// To write to a thousand sockets takes a thousand system calls, however much each of them carries. A stream whose
/// publications come one at a time is never kept waiting.
struct Burst: Sendable {
    /// Members from which on it pays.
    static let worthwhile = 64
    /// How long the first of a burst waits for the others.
    static let wait: TimeAmount = .microseconds(400)
    /// How long a stream is taken to go on as it did.
    private static let memory: TimeAmount = .milliseconds(50)

    private var expectedUntil: NIODeadline?

    /// Whether publications that have just come are to wait for more.
    mutating func gathers(_ publications: Int, at now: NIODeadline) -> Bool {
        defer { seen(publications, at: now) }
        return expectedUntil.map { now < $0 } ?? false
    }

    /// So many went out together.
    mutating func seen(_ publications: Int, at now: NIODeadline) {
        if publications > 1 { expectedUntil = now + Self.memory }
    }
}
