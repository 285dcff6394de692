import Foundation

/// What the doctor found in one place.
struct Finding: Sendable {
    enum Verdict: String, Sendable {
        case right = "ok"
        /// Works, but not as well or as safely as it could.
        case warning = "warn"
        /// Loses data, or keeps Switchboard from working.
        case wrong = "FAIL"
    }

    let verdict: Verdict
    let subject: String
    let observation: String
    /// The way out.
    var advice: String?

    /// The same of one of several servers.
    func at(_ address: String) -> Finding {
        address.isEmpty
            ? self
            : Finding(
                verdict: verdict, subject: "\(subject) \(address)", observation: observation, advice: advice)
    }

    static func right(_ subject: String, _ observation: String) -> Finding {
        Finding(verdict: .right, subject: subject, observation: observation)
    }

    static func warning(_ subject: String, _ observation: String, _ advice: String) -> Finding {
        Finding(verdict: .warning, subject: subject, observation: observation, advice: advice)
    }

    static func wrong(_ subject: String, _ observation: String, _ advice: String) -> Finding {
        Finding(verdict: .wrong, subject: subject, observation: observation, advice: advice)
    }

    var line: String {
        let head = "[\(verdict.rawValue)]".padding(toLength: 7, withPad: " ", startingAt: 0)
        return "\(head)\(subject): \(observation)" + (advice.map { "\n       → \($0)" } ?? "")
    }
}
