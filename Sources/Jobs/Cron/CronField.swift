/// One field of a cron expression: the numbers that it allows.
struct CronField: Sendable, Equatable {
    /// What a field may hold and how its names are written.
    struct Domain: Sendable {
        let title: String
        let range: ClosedRange<Int>
        /// Names of the numbers from the range's first on, in lower case.
        let names: [String]

        static let minute = Domain(title: "minute", range: 0...59, names: [])
        static let hour = Domain(title: "hour", range: 0...23, names: [])
        static let day = Domain(title: "day of the month", range: 1...31, names: [])
        static let month = Domain(
            title: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
        /// 7 is Sunday too, so that `5-7` can be written.
        static let weekday = Domain(
            title: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])
    }

    /// Sorted, without repetition; Sunday is 0.
    let numbers: [Int]
    /// Written with a leading `*`: it restricts nothing when days are compared, as in Vixie's cron.
    let isStar: Bool

    /// Takes `*`, numbers, names, ranges `a-b`, steps `*/n`, `a-b/n` and `a/n` (from a to the end), and lists of these.
    init(_ text: Substring, _ domain: Domain) throws(CronError) {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            numbers.formUnion(try Self.numbers(part, domain))
        }
        if domain.range.upperBound == 7, numbers.remove(7) != nil { numbers.insert(0) }
        self.numbers = numbers.sorted()
        isStar = text.hasPrefix("*")
    }

    func contains(_ number: Int) -> Bool { numbers.contains(number) }

    private static func numbers(_ part: Substring, _ domain: Domain) throws(CronError) -> [Int] {
        let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if halves.count == 2 {
            guard let number = Int(halves[1]), number > 0 else { throw fault(part, domain) }
            step = number
        }
        let base = halves[0]
        if base == "*" {
            // A week has seven days, whatever Sunday is called.
            let last = domain.range.upperBound == 7 ? 6 : domain.range.upperBound
            return Array(stride(from: domain.range.lowerBound, through: last, by: step))
        }
        let ends = base.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try number(ends[0], domain)
        let last =
            ends.count == 2
            ? try number(ends[1], domain) : halves.count == 2 ? domain.range.upperBound : first
        guard first <= last else { throw fault(part, domain) }
        return Array(stride(from: first, through: last, by: step))
    }

    private static func number(_ text: Substring, _ domain: Domain) throws(CronError) -> Int {
        if let index = domain.names.firstIndex(of: text.lowercased()) {
            return domain.range.lowerBound + index
        }
        // Digits alone: `Int` would take a sign as well.
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text),
            domain.range.contains(number)
        else { throw fault(text, domain) }
        return number
    }

    private static func fault(_ text: Substring, _ domain: Domain) -> CronError {
        CronError(reason: "\"\(text)\" is no \(domain.title)")
    }
}

/// An expression that names no time.
package struct CronError: Error, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { "not a cron expression: \(reason)" }
}
