import Foundation
import TestSupport
import Testing

@testable import Support

@Suite struct HoursTests {
    private static let nineToFive = Hours.Interval(opens: 540, closes: 1020)

    private static func hours(
        _ zone: String = "UTC",
        _ week: [[Hours.Interval]] = Array(repeating: [nineToFive], count: 5) + [[], []],
        _ holidays: [Hours.Holiday] = []
    ) throws -> Hours {
        Hours(timeZone: try #require(TimeZone(identifier: zone)), week: week, holidays: holidays)
    }

    private static func at(_ iso: String) throws -> Timestamp { try #require(Timestamp(iso8601: iso)) }

    private static func everyDay(_ intervals: Hours.Interval...) -> [[Hours.Interval]] {
        Array(repeating: intervals, count: 7)
    }

    @Test func `a week of office hours`() throws {
        let hours = try Self.hours()
        // 2026-11-20 is a Friday.
        #expect(try hours.isOpen(at: Self.at("2026-11-20T09:00:00Z")))
        #expect(try hours.isOpen(at: Self.at("2026-11-20T16:59:59.999Z")))
        #expect(try !hours.isOpen(at: Self.at("2026-11-20T17:00:00Z")))
        #expect(try !hours.isOpen(at: Self.at("2026-11-21T10:00:00Z")))
        #expect(
            try hours.nextChange(after: Self.at("2026-11-20T17:00:00Z")) == Self.at("2026-11-23T09:00:00Z"))
        #expect(
            try hours.nextChange(after: Self.at("2026-11-23T09:00:00Z")) == Self.at("2026-11-23T17:00:00Z"))
        #expect(
            try hours.businessTime(
                between: Self.at("2026-11-20T16:00:00Z"), and: Self.at("2026-11-23T10:30:00Z"))
                == .seconds(2.5 * 3600))
        #expect(
            try hours.deadline(from: Self.at("2026-11-20T16:30:00Z"), adding: .seconds(3600))
                == Self.at("2026-11-23T09:30:00Z"))
        #expect(
            try hours.deadline(from: Self.at("2026-11-20T16:30:00Z"), adding: .seconds(1800))
                == Self.at("2026-11-20T17:00:00Z"), "the last moment of a day is not the next one's first")
    }

    @Test func `a night shift closes on the next day, and a holiday has hours of its own`() throws {
        let night = Hours.Interval(opens: 22 * 60, closes: 30 * 60)
        let christmas = try #require(CivilDate("2026-12-25"))
        let hours = try Self.hours(
            "UTC", Self.everyDay(night),
            [
                .init(date: christmas, isYearly: true, intervals: []),
                .init(
                    date: try #require(CivilDate("2026-12-26")),
                    intervals: [.init(opens: 600, closes: 660)]),
            ])
        #expect(try hours.isOpen(at: Self.at("2026-11-20T05:59:00Z")))
        #expect(try !hours.isOpen(at: Self.at("2026-11-20T06:00:00Z")))
        // What began on the 24th goes on; nothing begins on the 25th, of no year.
        #expect(try hours.isOpen(at: Self.at("2026-12-25T03:00:00Z")))
        #expect(
            try hours.nextChange(after: Self.at("2026-12-25T06:00:00Z")) == Self.at("2026-12-26T10:00:00Z"))
        #expect(try !hours.isOpen(at: Self.at("2027-12-25T23:00:00Z")))
        #expect(try hours.isOpen(at: Self.at("2027-12-26T23:00:00Z")))
    }

    @Test func `the hour that the clock leaps over, and the one that it shows twice`() throws {
        // From one to half past three.
        let hours = try Self.hours("Europe/Berlin", Self.everyDay(.init(opens: 60, closes: 210)))
        // 2026-03-29: 02:00 becomes 03:00, so half past three is an hour and a half after one.
        #expect(
            try hours.businessTime(
                between: Self.at("2026-03-28T12:00:00Z"), and: Self.at("2026-03-29T12:00:00Z"))
                == .seconds(5400))
        // 2026-10-25: 03:00 becomes 02:00.
        #expect(
            try hours.nextChange(after: Self.at("2026-10-24T23:00:00Z")) == Self.at("2026-10-25T02:30:00Z"))
        let twice = try Self.hours("Europe/Berlin", Self.everyDay(.init(opens: 135, closes: 165)))
        #expect(
            try twice.businessTime(
                between: Self.at("2026-10-24T12:00:00Z"), and: Self.at("2026-10-25T12:00:00Z"))
                == .seconds(3600))
        let leapt = try twice.businessTime(
            between: Self.at("2026-03-28T12:00:00Z"), and: Self.at("2026-03-29T12:00:00Z"))
        #expect(leapt == .zero)
    }

    @Test func `a day that an island never had`() throws {
        let hours = try Self.hours("Pacific/Apia", Self.everyDay(Self.nineToFive))
        // After Thursday the 29th of December 2011 came Saturday the 31st.
        #expect(
            try hours.nextChange(after: Self.at("2011-12-30T03:00:00Z")) == Self.at("2011-12-30T19:00:00Z"))
    }

    @Test func `always and never have no change and no end`() throws {
        let whole = Hours.Interval(opens: 0, closes: 1440)
        let (always, never) = (
            try Self.hours("UTC", Self.everyDay(whole)), try Self.hours("UTC", Self.everyDay())
        )
        let now = try Self.at("2026-11-20T12:00:00Z")
        #expect(always.isOpen(at: now) && !never.isOpen(at: now))
        #expect(always.nextChange(after: now) == nil && never.nextChange(after: now) == nil)
        #expect(never.deadline(from: now, adding: .seconds(1)) == nil)
        #expect(always.deadline(from: now, adding: .seconds(86_400)) == now.adding(.seconds(86_400)))
        #expect(never.businessTime(between: now, and: now.adding(.seconds(1e6))) == .zero)
        let none: Hours? = nil
        #expect(none.deadline(from: now, adding: .seconds(60)) == now.adding(.seconds(60)))
    }

    // MARK: The naive model

    /// Minute by minute: what the wall's clock shows, and whether that lies in an interval.
    private struct Model {
        let start: Int
        let open: [Bool]

        init(_ hours: Hours, from start: Int, minutes: Int) {
            self.start = start
            open = (0..<minutes).map { minute in
                let utc = start + minute * 60
                let wall = utc + hours.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc)))
                let (day, minute) = (Hours.floorDiv(wall, 86_400), Hours.floorMod(wall, 86_400) / 60)
                return hours.intervals(onDay: day).contains { ($0.opens..<$0.closes).contains(minute) }
                    || hours.intervals(onDay: day - 1).contains {
                        ($0.opens..<$0.closes).contains(minute + 1440)
                    }
            }
        }

        func moment(_ minute: Int) -> Timestamp { Timestamp(milliseconds: (start + minute * 60) * 1000) }
    }

    /// The same in every run.
    private static func randomHours(_ zone: String, around day: Int, _ dice: inout SeededGenerator) throws
        -> Hours
    {
        func intervals() -> [Hours.Interval] {
            (0..<Int.random(in: 0...3, using: &dice)).map { _ in
                let opens = Int.random(in: 0..<1440, using: &dice)
                return .init(opens: opens, closes: opens + Int.random(in: 1...1440, using: &dice))
            }
        }
        let week = (0..<7).map { _ in intervals() }
        let holiday = Hours.Holiday(
            date: CivilDate(days: day + Int.random(in: 0...2, using: &dice)), intervals: intervals())
        return try hours(zone, week, [holiday])
    }

    @Test(arguments: [
        // A zone, and a day before its clocks are changed.
        ("Europe/Berlin", "2026-03-28"), ("Europe/Berlin", "2026-10-24"), ("America/New_York", "2026-03-07"),
        ("America/New_York", "2026-10-31"), ("Australia/Lord_Howe", "2026-04-04"),
        ("Australia/Lord_Howe", "2026-10-03"), ("Africa/Casablanca", "2026-02-14"),
        ("Pacific/Apia", "2011-12-29"),
        ("Asia/Kathmandu", "2026-05-01"), ("America/St_Johns", "2026-11-01"), ("UTC", "2024-02-28"),
        ("Pacific/Kiritimati", "1994-12-30"),
    ])
    func `answers are those of a minute by minute count`(_ zone: String, _ date: String) throws {
        let day = try #require(CivilDate(date)).days
        for seed in 1...4 {
            var dice = SeededGenerator(seed: UInt64(seed &* 7919 &+ day))
            let hours = try Self.randomHours(zone, around: day, &dice)
            let model = Model(hours, from: (day - 1) * 86_400, minutes: 5 * 1440)
            let count = model.open.count
            for _ in 0..<150 {
                let minute = Int.random(in: 0..<count, using: &dice)
                let moment = model.moment(minute)
                let about: Comment = "seed \(seed), minute \(minute)"
                #expect(hours.isOpen(at: moment) == model.open[minute], about)

                let change = model.open[minute...].firstIndex { $0 != model.open[minute] }
                if let change { #expect(hours.nextChange(after: moment) == model.moment(change), about) }

                let later = Int.random(in: minute...count, using: &dice)
                let open = model.open[minute..<later].count { $0 }
                #expect(
                    hours.businessTime(between: moment, and: model.moment(later)) == .seconds(open * 60),
                    about)

                let amount = Int.random(in: 1...2000, using: &dice)
                var left = amount
                let end = model.open[minute...].firstIndex { isOpen in
                    if isOpen { left -= 1 }
                    return left == 0
                }
                if let end {
                    #expect(
                        hours.deadline(from: moment, adding: .seconds(amount * 60)) == model.moment(end + 1),
                        about)
                }
            }
        }
    }
}

@Suite struct HoursDocumentTests {
    private func document(_ json: String) throws -> HoursDocument {
        try JSONDecoder().decode(HoursDocument.self, from: Data(json.utf8))
    }

    @Test func `what is written is what is meant`() throws {
        let hours = try document(
            """
            {"time_zone":"Europe/Berlin","week":{"monday":[{"opens":"09:00","closes":"12:30"},
             {"opens":"22:00","closes":"06:00"}],"sunday":[{"opens":"00:00","closes":"24:00"}]},
             "holidays":[{"date":"2026-12-25","yearly":true,"name":"Christmas"}]}
            """
        ).hours()
        #expect(hours.week[0] == [.init(opens: 540, closes: 750), .init(opens: 1320, closes: 1800)])
        #expect(hours.week[6] == [.init(opens: 0, closes: 1440)] && hours.week[1] == [])
        #expect(hours.intervals(onDay: try #require(CivilDate("2030-12-25")).days) == [])
    }

    @Test(arguments: [
        (#"{"time_zone":"Mars/Olympus","week":{}}"#, "time_zone"),
        (#"{"time_zone":"EST","week":{}}"#, "time_zone"),
        (#"{"time_zone":"UTC","week":{"someday":[]}}"#, "week.someday"),
        (
            #"{"time_zone":"UTC","week":{"monday":[{"opens":"9:00","closes":"10:00"}]}}"#,
            "week.monday.0.opens"
        ),
        (
            #"{"time_zone":"UTC","week":{"monday":[{"opens":"24:00","closes":"10:00"}]}}"#,
            "week.monday.0.opens"
        ),
        (
            #"{"time_zone":"UTC","week":{"monday":[{"opens":"09:00","closes":"24:01"}]}}"#,
            "week.monday.0.closes"
        ),
        (
            #"{"time_zone":"UTC","week":{"monday":[{"opens":"09:00","closes":"09:00"}]}}"#,
            "week.monday.0.closes"
        ),
        (
            #"{"time_zone":"UTC","week":{"friday":[{"opens":"09:00","closes":"12:00"},{"opens":"11:00","closes":"13:00"}]}}"#,
            "week.friday.1"
        ),
        (#"{"time_zone":"UTC","week":{},"holidays":[{"date":"2026-02-29"}]}"#, "holidays.0.date"),
        (
            #"{"time_zone":"UTC","week":{},"holidays":[{"date":"2028-02-29","intervals":[{"opens":"x","closes":"y"}]}]}"#,
            "holidays.0.intervals.0.opens"
        ),
    ])
    func `what cannot be meant is refused by name`(_ json: String, _ field: String) throws {
        let document = try document(json)
        let error = #expect(throws: SupportError.self) { try document.hours() }
        #expect(error?.invalidField == field)
    }

    @Test func `days are counted as calendars do`() throws {
        #expect(CivilDate("1970-01-01")?.days == 0)
        #expect(CivilDate("2000-03-01")?.days == 11_017)
        #expect(CivilDate("1969-12-31")?.days == -1)
        for text in ["2026-04-31", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "2100-02-29", ""] {
            #expect(CivilDate(text) == nil)
        }
        for days in stride(from: -200_000, to: 200_000, by: 997) {
            #expect(CivilDate(CivilDate(days: days).text)?.days == days)
        }
    }
}
