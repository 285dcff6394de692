import Foundation
import NIOCore

/// The jobs that a worker can run, by name. Explicit: what is not registered here does not run.
package struct JobRegistry: Sendable {
    struct Entry: Sendable {
        let maxRetries: Int
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
        entries[J.name] = Entry(maxRetries: J.maxRetries) { arguments, context in
            try await decode(arguments).perform(services, context)
        }
    }

    func entry(named name: String) -> Entry? { entries[name] }

    /// What all middleware wants done when `job` ends so.
    func errands(for job: JobPayload, end: JobEnd) -> [JobErrand] {
        // Most programs have none: no array is made then.
        middleware.isEmpty ? [] : middleware.flatMap { $0.errands(for: job, end: end) }
    }

    private static func decoding<J: Job>(_ type: J.Type) -> @Sendable (ByteBuffer) throws -> J {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        let arguments = J.arguments
        return { text in
            let data = Data(text.readableBytesView)
            return switch arguments {
            case .named: try decoder.decode(FirstArgument<J>.self, from: data).job
            case .positional: try decoder.decode(J.self, from: data)
            }
        }
    }
}

/// The one object in `args` of a job with named arguments.
private struct FirstArgument<J: Job>: Decodable {
    let job: J

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        job = try container.decode(J.self)
    }
}
