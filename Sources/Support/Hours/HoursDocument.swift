import Foundation

/// Business hours as they are written down: what REST takes and gives, and what PostgreSQL keeps.
///
///     {"time_zone": "Europe/Berlin",
///      "week": {"monday": [{"opens": "09:00", "closes": "12:30"}, {"opens": "22:00", "closes": "06:00"}]},
///      "holidays": [{"date": "2026-12-25", "yearly": true, "intervals": []}]}
///
/// An interval that closes no later than it opens closes on the next day; `24:00` is the end of its own.
package struct HoursDocument: Codable, Sendable, Equatable {
    package struct Interval: Codable, Sendable, Equatable {
        package var opens: String
        package var closes: String
    }

    package struct Holiday: Codable, Sendable, Equatable {
        package var date: String
        package var yearly: Bool?
        package var name: String?
        package var intervals: [Interval]?
    }

    package var timeZone: String
    package var week: [String: [Interval]]
    package var holidays: [Holiday]?

    enum CodingKeys: String, CodingKey {
        case week, holidays
        case timeZone = "time_zone"
    }

    static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    static let maxIntervals = 10
    static let maxHolidays = 366

    /// What it means. Throws `SupportError.invalid`, naming the member: `week.monday.0.opens`.
    package func hours() throws(SupportError) -> Hours {
        guard let zone = Self.zone(timeZone) else {
            throw .invalid(field: "time_zone", "It is no time zone of IANA's, such as Europe/Berlin.")
        }
        for name in week.keys where !Self.weekdays.contains(name) {
            throw .invalid(field: "week.\(name.prefix(30))", "It is no day: monday to sunday.")
        }
        var days: [[Hours.Interval]] = []
        for name in Self.weekdays { days.append(try Self.intervals(week[name] ?? [], in: "week.\(name)")) }
        return Hours(timeZone: zone, week: days, holidays: try closedDays())
    }

    private func closedDays() throws(SupportError) -> [Hours.Holiday] {
        let holidays = holidays ?? []
        guard holidays.count <= Self.maxHolidays else {
            throw .invalid(field: "holidays", "There are at most \(Self.maxHolidays).")
        }
        var days: [Hours.Holiday] = []
        for (index, holiday) in holidays.enumerated() {
            guard let date = CivilDate(holiday.date) else {
                throw .invalid(field: "holidays.\(index).date", "It is a day such as 2026-12-25.")
            }
            if let name = holiday.name, name.count > 100 {
                throw .invalid(field: "holidays.\(index).name", "It has at most 100 characters.")
            }
            days.append(
                Hours.Holiday(
                    date: date, isYearly: holiday.yearly ?? false,
                    intervals: try Self.intervals(
                        holiday.intervals ?? [], in: "holidays.\(index).intervals")))
        }
        return days
    }

    /// Foundation also takes abbreviations, which mean different things in different places.
    private static func zone(_ name: String) -> TimeZone? {
        guard name == "UTC" || name.contains("/") else { return nil }
        return TimeZone(identifier: name)
    }

    private static func intervals(
        _ written: [Interval], in field: String
    ) throws(SupportError) -> [Hours.Interval] {
        guard written.count <= maxIntervals else {
            throw .invalid(field: field, "A day has at most \(maxIntervals) intervals.")
        }
        var intervals: [Hours.Interval] = []
        for (index, interval) in written.enumerated() {
            guard let opens = minutes(interval.opens), opens < 1440 else {
                throw .invalid(field: "\(field).\(index).opens", "It is a time from 00:00 to 23:59.")
            }
            guard let closes = minutes(interval.closes) else {
                throw .invalid(field: "\(field).\(index).closes", "It is a time from 00:00 to 24:00.")
            }
            guard opens != closes else {
                throw .invalid(
                    field: "\(field).\(index).closes", "It opens then; a whole day is 00:00 to 24:00.")
            }
            // Its own members are compared before midnight is added: what is over at 00:00 ends with the day.
            let new = Hours.Interval(opens: opens, closes: closes > opens ? closes : closes + 1440)
            if intervals.contains(where: { $0.opens < new.closes && new.opens < $0.closes }) {
                throw .invalid(field: "\(field).\(index)", "It overlaps another one of the day.")
            }
            intervals.append(new)
        }
        return intervals
    }

    /// `HH:MM`, up to 24:00.
    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 2], text.utf8.count == 5,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60
        else { return nil }
        let minutes = hour * 60 + minute
        return minutes <= 1440 ? minutes : nil
    }
}
