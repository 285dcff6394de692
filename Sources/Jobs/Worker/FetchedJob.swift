import NIOCore

/// A job in hand: its bytes, which are its name in the in-progress list, and the queue it came from.
struct FetchedJob: Sendable, Equatable {
    let queue: String
    let bytes: ByteBuffer
}
