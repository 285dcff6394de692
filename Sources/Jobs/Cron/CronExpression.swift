import Foundation

/// When something happens again and again: `minute hour day month weekday`, as in cron(5).
///
///     */15 * * * *        every quarter of an hour
///     0 9 * * mon-fri     at nine on weekdays
///     30 4 1,15 * 5       at 4:30 on the 1st, the 15th, and every Friday
///     @hourly             also @daily (@midnight), @weekly, @monthly, @yearly (@annually)
///
/// When both day fields restrict, a day that fits either is taken.
///
/// **Where clocks are changed.** An expression whose hour is `*` follows the time that passes: it runs in
/// both of the repeated hours and not in the one that is left out. One that names hours runs once for each
/// of them: in the first of two equal hours; and what falls into the hour that is left out runs at the moment at
/// which the clocks are changed.
package struct CronExpression: Sendable, Equatable {
    package let text: String
    package let timeZone: TimeZone

    private let minute, hour, day, month, weekday: CronField

    private static let nicknames = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// - Parameter timeZone: whose clocks it reads; UTC when not given.
    /// - Throws: for what is not understood, and for days that never come (`0 0 30 2 *`).
    package init(_ text: String, timeZone: TimeZone = .gmt) throws(CronError) {
        let fields = (Self.nicknames[text.lowercased()] ?? text).split(separator: " ")
        guard fields.count == 5 else { throw CronError(reason: "\"\(text)\" has not five fields") }
        self.text = text
        self.timeZone = timeZone
        minute = try CronField(fields[0], .minute)
        hour = try CronField(fields[1], .hour)
        day = try CronField(fields[2], .day)
        month = try CronField(fields[3], .month)
        weekday = try CronField(fields[4], .weekday)
        guard day.isStar || !weekday.isStar || hasPossibleDay else {
            throw CronError(reason: "\"\(text)\" names a day that never comes")
        }
    }

    /// The first time after `time`.
    package func next(after time: Date) -> Date {
        let clock = WallClock(timeZone)
        // The day before as well: in some zones clocks are set back over midnight.
        var number = clock.day(of: time) - 1
        while true {
            if matches(CivilDate(dayNumber: number)), let found = next(after: time, on: number, clock) {
                return found
            }
            number += 1
        }
    }

    private func next(after time: Date, on dayNumber: Int, _ clock: WallClock) -> Date? {
        let isChanging = clock.changes(around: dayNumber)
        var found: Date?
        for hour in hour.numbers {
            for minute in minute.numbers {
                let instants = clock.instants(
                    day: dayNumber, minute: hour * 60 + minute, isChanging: isChanging,
                    asTimePasses: self.hour.numbers.count == 24)
                for instant in instants where instant > time {
                    // On an ordinary day the first is the earliest.
                    if !isChanging { return instant }
                    found = min(found ?? instant, instant)
                }
            }
        }
        return found
    }

    private func matches(_ date: CivilDate) -> Bool {
        guard month.contains(date.month) else { return false }
        let fitsDay = day.contains(date.day)
        let fitsWeekday = weekday.contains(date.weekday)
        return day.isStar || weekday.isStar ? fitsDay && fitsWeekday : fitsDay || fitsWeekday
    }

    private var hasPossibleDay: Bool {
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return month.numbers.contains { day.numbers[0] <= longest[$0 - 1] }
    }
}
