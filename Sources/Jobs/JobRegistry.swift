import Foundation
import NIOCore

/// The jobs that a worker can run, by name. Explicit: what is not registered here does not run.
package struct JobRegistry: Sendable {
    struct Entry: Sendable {
        let maxRetries: Int
        let retryIn: @Sendable (_ count: Int, _ error: any Error) -> RetryChoice
        let run: @Sendable (_ arguments: ByteBuffer, _ context: JobContext) async throws -> Void
    }

    private var entries: [String: Entry] = [:]
    private(set) var middleware: [any JobMiddleware] = []

    package init() {}

    /// Goes around every run, inside of what was given before.
    package mutating func use(_ middleware: any JobMiddleware) { self.middleware.append(middleware) }

    /// A name registered twice is a mistake in the program and traps.
    package mutating func register<J: Job>(_ type: J.Type, services: J.Services) {
        precondition(entries[J.name] == nil, "the job \(J.name) is registered twice")
        let decode = Self.decoding(type)
        let limit = J.timeLimit
        let run: @Sendable (ByteBuffer, JobContext) async throws -> Void = { arguments, context in
            let job = try decode(arguments)
            guard let limit else { return try await job.perform(services, context) }
            try await JobTimeLimit.run(within: limit) { try await job.perform(services, context) }
        }
        entries[J.name] = Entry(
            maxRetries: J.maxRetries, retryIn: { J.retryIn(count: $0, error: $1) }, run: run)
    }

    func entry(named name: String) -> Entry? { entries[name] }

    /// What all middleware wants done when `job` ends so.
    func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        // Most programs have none: no array is made then.
        middleware.isEmpty ? [] : middleware.flatMap { $0.errands(for: job, end: end) }
    }

    private static func decoding<J: Job>(_ type: J.Type) -> @Sendable (ByteBuffer) throws -> J {
        let arguments = J.arguments
        return { text in
            let bytes = Array(text.readableBytesView)
            return switch arguments {
            case .named: try ArgumentDecoder.decode(J.self, from: bytes, element: 0)
            case .positional: try ArgumentDecoder.decode(J.self, from: bytes)
            }
        }
    }
}
