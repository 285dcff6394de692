import NIOCore

/// A stream whose publications are numbered and can be read again for a while.
package protocol RecoverableStream: Sendable {
    /// Redis's pub/sub channel.
    var channel: String { get }
    /// The name that clients know it by.
    var id: String { get }

    /// Where the stream stands, and what came after a point, at one moment.
    ///
    /// Called again and again: for every subscriber that comes, and whenever publications may have been missed.
    func open(_ point: RecoveryPoint?) async throws -> StreamOpening
}

/// From where a client wants to go on.
package enum RecoveryPoint: Sendable, Equatable {
    case position(StreamPosition)
    /// A moment, in whole seconds since 1970: for a client that has no position yet.
    case since(Int)
}

/// What a subscriber begins with.
package struct StreamOpening: Sendable {
    package enum Recovery: Sendable {
        case notAsked
        /// Everything after the point that was asked for, oldest first, none missing.
        case recovered([Publication])
        /// Something is gone for good, or is too much: the client has to load anew.
        case lost
    }

    /// Who has had the opening stands here.
    package let position: StreamPosition
    /// The state that makes it harmless to have missed what has no position, as JSON.
    package let state: ByteBuffer
    package let recovery: Recovery

    package init(position: StreamPosition, state: ByteBuffer, recovery: Recovery) {
        self.position = position
        self.state = state
        self.recovery = recovery
    }

    /// Publications that one opening recovers at most; who has missed more loads anew.
    package static let limit = 1000
}
