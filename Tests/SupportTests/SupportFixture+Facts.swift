import Foundation
import Realtime
import TestSupport
import Testing

@testable import Support

extension SupportFixture {
    /// The facts of this account that are in the journal, in order. Another test may persist and drop them at
    /// any moment, so ask in a private world or right after they were made.
    func facts() async throws -> [Fact] {
        try await desk.journal.entries(limit: 100_000).compactMap { try? Fact($0) }  // others' may be broken
            .filter { $0.accountID == account }
    }
}

/// The refusal that `body` ends with; nil when it succeeds.
func refusal<Value>(_ body: () async throws -> Value) async throws -> SupportError? {
    do {
        _ = try await body()
        return nil
    } catch let error as SupportError {
        return error
    }
}

extension SupportError {
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
    var isNotFound: Bool { if case .notFound = self { true } else { false } }
    var isUnauthorized: Bool { if case .unauthorized = self { true } else { false } }
    var invalidField: String? { if case .invalid(let field, _) = self { field } else { nil } }
}
