import Foundation

/// When an inbox is attended: intervals on the days of a week, other ones or none on holidays.
///
/// It is open whenever a clock on the wall there shows a time that lies in one of its intervals. That is all there is
/// to summer time: of an hour that the clock leaps over nothing is open, and what lies in an hour that the clock shows
/// twice is open twice.
///
///     UTC day ──▶ pieces with one offset ──▶ intervals of the wall's days ──▶ spans in UTC
///
/// Everything is asked day by day of UTC, so it costs O(days) between the moments that it is asked about.
package struct Hours: Sendable, Equatable {
    /// In minutes since the midnight at which its day begins; `closes` may lie on the day after, at most 24 h later.
    package struct Interval: Sendable, Equatable {
        package let opens: Int
        package let closes: Int

        package init(opens: Int, closes: Int) { (self.opens, self.closes) = (opens, closes) }
    }

    /// A day that has intervals of its own instead of its weekday's; without any it is closed.
    package struct Holiday: Sendable, Equatable {
        package let date: CivilDate
        /// Every year on this day.
        package let isYearly: Bool
        package let intervals: [Interval]

        package init(date: CivilDate, isYearly: Bool = false, intervals: [Interval]) {
            (self.date, self.isYearly, self.intervals) = (date, isYearly, intervals)
        }
    }

    /// How far it is looked for a change, and for the end of an amount of business time.
    static let horizonDays = 3 * 366

    package let timeZone: TimeZone
    /// Seven of them, from Monday on.
    package let week: [[Interval]]
    private let dated: [Int: [Interval]]
    private let yearly: [Int: [Interval]]

    /// - Parameter holidays: of two on the same day the last counts, and one of a single year before a yearly one.
    package init(timeZone: TimeZone, week: [[Interval]], holidays: [Holiday] = []) {
        precondition(week.count == 7, "a week has seven days")
        self.timeZone = timeZone
        self.week = week
        var dated: [Int: [Interval]] = [:]
        var yearly: [Int: [Interval]] = [:]
        for holiday in holidays {
            if holiday.isYearly {
                yearly[holiday.date.dayOfYearKey] = holiday.intervals
            } else {
                dated[holiday.date.days] = holiday.intervals
            }
        }
        (self.dated, self.yearly) = (dated, yearly)
    }

    /// Of what is closed for good.
    package static let never = Hours(timeZone: .gmt, week: Array(repeating: [], count: 7))

    /// Those that begin on a day of the wall's calendar, counted from 1970-01-01.
    func intervals(onDay day: Int) -> [Interval] {
        if let special = dated[day] { return special }
        if !yearly.isEmpty, let special = yearly[CivilDate(days: day).dayOfYearKey] { return special }
        return week[Self.floorMod(day + 3, 7)]  // 1970-01-01 was a Thursday
    }

    // MARK: Spans

    /// What is open on a day of UTC, counted from 1970-01-01: milliseconds since then, in order and apart.
    func spans(onUTCDay day: Int) -> [Range<Int>] {
        var spans: [Range<Int>] = []
        for piece in pieces(from: day * 86_400, to: (day + 1) * 86_400) {
            let (low, high) = (piece.start + piece.offset, piece.end + piece.offset)
            let first = Self.floorDiv(low, 86_400) - 1  // an interval may come over from the day before
            for wallDay in first...Self.floorDiv(high - 1, 86_400) {
                for interval in intervals(onDay: wallDay) {
                    let opens = max(low, wallDay * 86_400 + interval.opens * 60)
                    let closes = min(high, wallDay * 86_400 + interval.closes * 60)
                    guard opens < closes else { continue }
                    spans.append((opens - piece.offset) * 1000..<(closes - piece.offset) * 1000)
                }
            }
        }
        return Self.merged(spans)
    }

    private struct Piece {
        let start, end, offset: Int
    }

    /// Parts of a stretch of time, in seconds, in which the wall's clock goes evenly.
    private func pieces(from start: Int, to end: Int) -> [Piece] {
        let offset = offset(at: start)
        guard self.offset(at: end - 1) != offset else {
            return [Piece(start: start, end: end, offset: offset)]
        }
        var (same, other) = (start, end - 1)
        while other - same > 1 {
            let middle = same + (other - same) / 2
            if self.offset(at: middle) == offset { same = middle } else { other = middle }
        }
        return [Piece(start: start, end: other, offset: offset)] + pieces(from: other, to: end)
    }

    private func offset(at seconds: Int) -> Int {
        timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }

    private static func merged(_ spans: [Range<Int>]) -> [Range<Int>] {
        guard spans.count > 1 else { return spans }
        var merged: [Range<Int>] = []
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, span.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                merged.append(span)
            }
        }
        return merged
    }

    static func floorDiv(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : (a - b + 1) / b }
    static func floorMod(_ a: Int, _ b: Int) -> Int { a - floorDiv(a, b) * b }
}
