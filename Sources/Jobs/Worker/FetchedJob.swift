import NIOCore

/// A job in hand: its bytes, the queue it came from, and its name in the process's in-progress keys.
struct FetchedJob: Sendable, Equatable {
    let queue: String
    let bytes: ByteBuffer
    /// The number it was fetched under; nil when it came to a waiter: its bytes are its name then.
    var token: Int?
}

/// Jobs by their names in the in-progress keys.
struct JobNames: Sendable, Equatable {
    var tokens: [Int] = []
    var arrived: [ByteBuffer] = []

    var isEmpty: Bool { tokens.isEmpty && arrived.isEmpty }

    mutating func add(_ job: FetchedJob) {
        if let token = job.token { tokens.append(token) } else { arrived.append(job.bytes) }
    }

    static func + (one: JobNames, other: JobNames) -> JobNames {
        JobNames(tokens: one.tokens + other.tokens, arrived: one.arrived + other.arrived)
    }
}
