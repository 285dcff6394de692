import Foundation
import Testing

@testable import Jobs

@Suite struct CronExpressionTests {
    private func times(
        _ text: String, zone: String = "UTC", after start: String, _ count: Int
    ) throws -> [String] {
        let zone = try #require(TimeZone(identifier: zone))
        let expression = try CronExpression(text, timeZone: zone)
        let format = Date.ISO8601FormatStyle(timeZone: .gmt)
        var time = try format.parse(start + "Z")
        return (0..<count).map { _ in
            time = expression.next(after: time)
            return String(format.format(time).dropLast(4))
        }
    }

    @Test(
        arguments: [
            ("*/15 * * * *", "2026-01-01T10:07:00", ["2026-01-01T10:15", "2026-01-01T10:30"]),
            ("0 9 * * mon-fri", "2026-11-20T09:00:00", ["2026-11-23T09:00", "2026-11-24T09:00"]),
            (
                "30 4 1,15 * 5", "2026-11-12T00:00:00",
                ["2026-11-13T04:30", "2026-11-15T04:30", "2026-11-20T04:30"]
            ),
            ("0 0 29 2 *", "2026-01-01T00:00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
            ("5/20 8-10/2 * * *", "2026-01-01T08:30:00", ["2026-01-01T08:45", "2026-01-01T10:05"]),
            ("@hourly", "2026-12-31T23:00:00", ["2027-01-01T00:00", "2027-01-01T01:00"]),
            ("@Weekly", "2026-11-20T09:00:00", ["2026-11-22T00:00", "2026-11-29T00:00"]),
            ("0 12 * JAN,Jul sat-7", "2026-07-26T13:00:00", ["2027-01-02T12:00"]),
            ("0 0 31 * *", "2026-01-31T00:00:00", ["2026-03-31T00:00", "2026-05-31T00:00"]),
        ] as [(String, String, [String])])
    func `an expression names these times`(text: String, start: String, expected: [String]) throws {
        #expect(try times(text, after: start, expected.count) == expected)
    }

    @Test(arguments: [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
        "*/0 * * * *", "5-1 * * * *", "+5 * * * *", "1, * * * *", "a * * * *", "@often", "0 0 30 2 *",
        "0 0 31 4,6 *",
    ])
    func `what names no time is refused`(text: String) {
        #expect(throws: CronError.self) { try CronExpression(text) }
    }

    @Test func `a zone's clocks are read`() throws {
        #expect(
            try times("0 9 * * *", zone: "Asia/Kolkata", after: "2026-06-01T00:00:00", 1) == [
                "2026-06-01T03:30"
            ])
    }

    // In Berlin 2:00 to 3:00 is left out on 29 March 2026 and comes twice on 25 October 2026.
    @Test func `an hour that is left out is made up for when clocks are changed`() throws {
        #expect(
            try times("30 2 * * *", zone: "Europe/Berlin", after: "2026-03-28T12:00:00", 2)
                == ["2026-03-29T01:00", "2026-03-30T00:30"])
        #expect(
            try times("0,30 2,3 * * *", zone: "Europe/Berlin", after: "2026-03-28T12:00:00", 3)
                == ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-30T00:00"])
    }

    @Test func `an hour that comes twice counts once`() throws {
        #expect(
            try times("30 2 * * *", zone: "Europe/Berlin", after: "2026-10-24T12:00:00", 2)
                == ["2026-10-25T00:30", "2026-10-26T01:30"])
    }

    @Test func `what runs every hour follows the time that passes`() throws {
        #expect(
            try times("30 * * * *", zone: "Europe/Berlin", after: "2026-10-24T23:45:00", 4)
                == ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30", "2026-10-25T03:30"])
        #expect(
            try times("30 * * * *", zone: "Europe/Berlin", after: "2026-03-29T00:00:00", 2)
                == ["2026-03-29T00:30", "2026-03-29T01:30"])
    }

    // Beirut changes its clocks at midnight; Samoa had no 30 December 2011 at all.
    @Test func `midnights that are left out, and days`() throws {
        #expect(
            try times("0 0 * * *", zone: "Asia/Beirut", after: "2026-03-28T12:00:00", 1) == [
                "2026-03-28T22:00"
            ])
        #expect(
            try times("0 12 * * *", zone: "Pacific/Apia", after: "2011-12-29T23:00:00", 2)
                == ["2011-12-30T10:00", "2011-12-30T22:00"])
    }

    @Test func `times only ever grow, a year through, and minutes are not left out`() throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        let expression = try CronExpression("*/30 * * * *", timeZone: zone)
        var time = Date(timeIntervalSince1970: 1_767_225_600)
        for _ in 0..<17_520 {
            let next = expression.next(after: time)
            #expect(next.timeIntervalSince(time) == 1800)
            time = next
        }
    }
}
