import Foundation

/// What the clocks of a time zone show, in days and minutes, and the instants at which they show it.
struct WallClock {
    private let zone: TimeZone
    private static let dayLength = 86_400

    init(_ zone: TimeZone) { self.zone = zone }

    /// The day that the clocks show, counted from 1 January 1970.
    func day(of time: Date) -> Int {
        let shown = Int(time.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: time)
        return Int((Double(shown) / Double(Self.dayLength)).rounded(.down))
    }

    /// Whether clocks may be changed on this day. Wider than the day, as its bounds are not known exactly.
    func changes(around day: Int) -> Bool {
        offset(at: (day - 2) * Self.dayLength) != offset(at: (day + 3) * Self.dayLength)
    }

    /// The instants at which clocks show `minute` (of the day). One on an ordinary day; see `CronExpression` for
    /// the others.
    func instants(day: Int, minute: Int, isChanging: Bool, asTimePasses: Bool) -> [Date] {
        let shown = day * Self.dayLength + minute * 60
        guard isChanging else { return [date(shown - offset(at: shown))] }
        let before = offset(at: shown - Self.dayLength)
        let after = offset(at: shown + Self.dayLength)
        let earlier = shown - max(before, after)
        let later = shown - min(before, after)
        let valid = (earlier == later ? [earlier] : [earlier, later]).filter { $0 + offset(at: $0) == shown }
        if asTimePasses { return valid.map(date) }
        return [date(valid.first ?? change(from: earlier, to: later))]
    }

    /// The first second with another offset. The left-out time lies between the two.
    private func change(from start: Int, to end: Int) -> Int {
        var (old, new) = (start - Self.dayLength, end)
        let offsetBefore = offset(at: old)
        while new - old > 1 {
            let middle = (old + new) / 2
            if offset(at: middle) == offsetBefore { old = middle } else { new = middle }
        }
        return new
    }

    private func offset(at second: Int) -> Int { zone.secondsFromGMT(for: date(second)) }

    private func date(_ second: Int) -> Date { Date(timeIntervalSince1970: Double(second)) }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable {
    let month: Int
    let day: Int
    /// 0 is Sunday.
    let weekday: Int

    /// - Parameter dayNumber: counted from 1 January 1970.
    init(dayNumber: Int) {
        // Years begin in March here, so that the leap day comes last; an era is 400 years.
        let z = dayNumber + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        // 1 January 1970 was a Thursday.
        weekday = ((dayNumber + 4) % 7 + 7) % 7
    }
}
