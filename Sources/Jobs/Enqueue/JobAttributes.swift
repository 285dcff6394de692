import Foundation
import NIOCore
import Redis

/// What a job inherits from whoever enqueued it without being told: the account, the locale, a trace's id.
///
///     try await JobAttributes.$current.withValue(["locale": "fr"]) { try await jobs.perform(WelcomeJob()) }
///     // and in WelcomeJob.perform, as in every job that this one enqueues:
///     JobAttributes.current["locale"]     // "fr"
///
/// They travel in the field `cattr`, as with Sidekiq's `CurrentAttributes`. Texts only: of what Ruby puts there
/// everything else is left out. `CurrentAttributes` must be among the middleware of client and registry.
package struct JobAttributes: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    @TaskLocal package static var current: JobAttributes = [:]

    static let field = "cattr"
    private let values: [String: String]

    package init(_ values: [String: String]) { self.values = values }

    package init(dictionaryLiteral elements: (String, String)...) {
        values = Dictionary(elements) { $1 }
    }

    package subscript(_ name: String) -> String? { values[name] }
    package var isEmpty: Bool { values.isEmpty }

    /// Sorted, so that the same attributes give the same bytes.
    var json: String {
        let members = values.sorted { $0.key < $1.key }.map {
            "\(JSONText.string($0.key)):\(JSONText.string($0.value))"
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// Nil when the job has none.
    init?(of job: JobPayload) {
        guard let text = job.json("cattr") else { return nil }
        // `try?`: it is JSON, so it is no object of attributes, and there is nothing to inherit.
        let found = try? JSONDecoder().decode([String: Lenient].self, from: Data(text.readableBytesView))
        values = (found ?? [:]).compactMapValues(\.text)
    }

    private struct Lenient: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)  // Nil: of another type.
        }
    }
}

/// Passes `JobAttributes.current` from the task that enqueues to the run.
package struct CurrentAttributes: JobClientMiddleware, JobMiddleware {
    package init() {}

    package func push(
        _ jobs: [JobEnvelope], next: ([JobEnvelope]) async throws(RedisError) -> [JobEnvelope]
    ) async throws(RedisError) -> [JobEnvelope] {
        let current = JobAttributes.current
        guard !current.isEmpty else { return try await next(jobs) }
        return try await next(
            jobs.map { $0.hasAttributes ? $0 : $0.adding(JobAttributes.field, json: current.json) })
    }

    package func perform(_ run: JobRun, next: @Sendable (JobRun) async throws -> Void) async throws {
        guard let attributes = JobAttributes(of: run.payload) else { return try await next(run) }
        try await JobAttributes.$current.withValue(attributes) { try await next(run) }
    }
}
