import Foundation
import Synchronization

/// Hashes and checks passwords on a thread of its own, one after the other, so that a wave of log-ins can
/// neither hold up the rest of the process nor take its memory; when too many wait, the answer is `.busy`.
package final class PasswordHasher: Sendable {
    /// What came of a check.
    package enum Verdict: Sendable, Equatable {
        case matches
        /// It is the password, but it should be stored anew by `hash`, since its cost is out of date.
        case matchesButNeedsRehash
        case differs
    }

    private let cost: PasswordHash.Cost
    private let queue: HashingQueue

    /// - Parameter maxWaiting: passwords in line; 64 of standard cost are about five seconds of waiting.
    package init(cost: PasswordHash.Cost = .standard, maxWaiting: Int = 64) {
        self.cost = cost
        queue = HashingQueue(limit: maxWaiting)
        let thread = Thread { [queue] in queue.work() }
        thread.name = "passwords"
        thread.start()
    }

    deinit { queue.close() }

    /// The text to store for a new password.
    package func hash(_ password: String) async throws(SecretsError) -> String {
        try await run { [cost] () throws(SecretsError) in try PasswordHash(password, cost: cost).text }
    }

    /// Checks a password against the stored text. Pass `nil` when there is no such user: the same work is done
    /// for nothing (a *decoy*), so the time taken does not tell who exists.
    package func verify(_ password: String, against stored: String?) async throws(SecretsError) -> Verdict {
        try await run { [cost] () throws(SecretsError) in
            guard let stored else {
                _ = try PasswordHash(password, cost: cost)
                return .differs
            }
            let hash = try PasswordHash(text: stored)
            guard try hash.matches(password) else { return .differs }
            return hash.needsRehash(for: cost) ? .matchesButNeedsRehash : .matches
        }
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(SecretsError) -> Value
    ) async throws(SecretsError) -> Value {
        let result: Result<Value, SecretsError> = await withCheckedContinuation { continuation in
            let isTaken = queue.add { continuation.resume(returning: Result(catching: work)) }
            if !isTaken {
                continuation.resume(
                    returning: .failure(SecretsError(.busy, "too many passwords are waiting to be checked")))
            }
        }
        return try result.get()
    }
}

/// The bounded line in front of the hashing thread.
private final class HashingQueue: Sendable {
    private let limit: Int
    private let waiting = Mutex<[@Sendable () -> Void]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    init(limit: Int) { self.limit = limit }

    /// False when the line is full.
    func add(_ work: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = waiting.withLock { waiting in
            guard waiting.count < limit else { return false }
            waiting.append(work)
            return true
        }
        if isTaken { arrivals.signal() }
        return isTaken
    }

    /// The thread's life: works off the line until it is closed and empty.
    func work() {
        while true {
            arrivals.wait()
            let next = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let next else { return }  // the only signal without work is the closing one
            next()
        }
    }

    func close() { arrivals.signal() }
}
