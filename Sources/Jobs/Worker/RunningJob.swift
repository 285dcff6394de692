import Foundation
import NIOCore

/// A job that a slot of a worker is running.
package struct RunningJob: Sendable {
    package let slot: Int
    package let queue: String
    /// By this process's clock.
    package let since: Date
    /// Its JSON, as it was fetched.
    package let bytes: ByteBuffer

    /// Nil when the text in the queue was no job.
    package var payload: JobPayload? {
        // `try?`: such a text is on its way to the dead set.
        try? JobPayload(bytes)
    }
}
