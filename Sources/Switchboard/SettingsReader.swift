import Configuration
import Support

/// Reads settings one by one, and remembers what was wrong and what is in effect, so that all problems are told at once.
struct SettingsReader {
    private let reader: ConfigReader
    private(set) var problems: [String] = []
    private(set) var effective: [(key: String, value: String)] = []

    init(_ reader: ConfigReader) { self.reader = reader }

    mutating func complain(_ key: String, _ problem: String) {
        problems.append("\(key) (\(Self.variable(key))): \(problem)")
    }

    mutating func text(_ key: String, secret: Bool = false) -> String {
        do {
            let value = try reader.requiredString(forKey: ConfigKey(stringLiteral: key), isSecret: secret)
            note(key, value, secret)
            return value
        } catch {
            complain(key, "it is missing, or not a text")
            return ""
        }
    }

    mutating func int(_ key: String, _ range: ClosedRange<Int>) -> Int {
        do {
            let value = try reader.requiredInt(forKey: ConfigKey(stringLiteral: key))
            note(key, "\(value)", false)
            if !range.contains(value) {
                complain(key, "it is a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        } catch {
            complain(key, "it is a number from \(range.lowerBound) to \(range.upperBound)")
            return range.lowerBound
        }
    }

    mutating func flag(_ key: String) -> Bool {
        do {
            let value = try reader.requiredBool(forKey: ConfigKey(stringLiteral: key))
            note(key, "\(value)", false)
            return value
        } catch {
            complain(key, "it is true or false")
            return false
        }
    }

    /// Comma-separated; an empty text is an empty list.
    mutating func list(_ key: String, secret: Bool = false) -> [String] {
        text(key, secret: secret).split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }
    }

    mutating func rate(_ key: String) -> RateLimit {
        RateLimit(
            burst: int("\(key).burst", 1...1_000_000),
            per: .milliseconds(int("\(key).interval_ms", 1...86_400_000)))
    }

    /// A text that means something; nil, with the problem noted, when it does not.
    mutating func parse<Value>(
        _ key: String, secret: Bool = false, _ parse: (String) throws -> Value
    ) throws -> Value? {
        do {
            return try parse(text(key, secret: secret))
        } catch {
            complain(key, "\(error)")
            return nil
        }
    }

    private mutating func note(_ key: String, _ value: String, _ secret: Bool) {
        effective.append((key, secret ? (value.isEmpty ? "(not set)" : "(hidden)") : value))
    }

    private static func variable(_ key: String) -> String {
        key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }
}
