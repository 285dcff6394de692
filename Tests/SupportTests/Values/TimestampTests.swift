import Foundation
import Testing

@testable import Support

@Suite struct TimestampTests {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        return calendar
    }()

    /// The text as Foundation's calendar would spell it.
    private func spelled(_ moment: Timestamp) -> String {
        // The whole second first: a fraction that a Double cannot hold must not push it over an edge.
        let seconds = Int((Double(moment.milliseconds) / 1000).rounded(.down))
        let parts = Self.calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: Double(seconds)))
        func digits(_ value: Int?, _ count: Int) -> String {
            let text = String(value ?? -1)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(parts.year, 4))-\(digits(parts.month, 2))-\(digits(parts.day, 2))T"
            + "\(digits(parts.hour, 2)):\(digits(parts.minute, 2)):\(digits(parts.second, 2))."
            + "\(digits(moment.milliseconds - seconds * 1000, 3))Z"
    }

    @Test func `random moments from 1600 to 9999 are spelled as Foundation does, and read back`() {
        for _ in 0..<5000 {
            let moment = Timestamp(milliseconds: .random(in: -11_676_096_000_000...253_402_300_799_999))
            #expect(moment.iso8601 == spelled(moment))
            #expect(Timestamp(iso8601: moment.iso8601) == moment)
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-1000, "1969-12-31T23:59:59.000Z"), (-86_400_000, "1969-12-31T00:00:00.000Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (1_740_787_199_999, "2025-02-28T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"), (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func `moments at the edges of days, years and leap years`(_ milliseconds: Int, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test func `every day of four centuries follows the one before`() {
        var day = Timestamp(iso8601: "1800-01-01T00:00:00Z")!.milliseconds
        while day < Timestamp(iso8601: "2200-01-01T00:00:00Z")!.milliseconds {
            let moment = Timestamp(milliseconds: day)
            #expect(moment.iso8601.hasSuffix("T00:00:00.000Z"))
            #expect(moment.iso8601 < Timestamp(milliseconds: day + 86_400_000).iso8601)
            day += 86_400_000 * 7 - 86_400_000 * Int.random(in: 0...5)
        }
    }

    @Test func `texts in order of time are in order of the alphabet`() {
        for _ in 0..<500 {
            let a = Timestamp(milliseconds: .random(in: 0...253_402_300_799_999))
            let b = Timestamp(milliseconds: .random(in: 0...253_402_300_799_999))
            #expect((a < b) == (a.iso8601 < b.iso8601))
        }
    }

    @Test(arguments: [
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z"),
        ("2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.500Z"),
        ("2026-11-21T12:00:00.250+02:00", "2026-11-21T10:00:00.250Z"),
        ("2026-11-21T00:30:00-09:30", "2026-11-21T10:00:00.000Z"),
    ])
    func `other spellings of ISO 8601 are read`(_ text: String, _ canonical: String) {
        #expect(Timestamp(iso8601: text)?.iso8601 == canonical)
    }

    /// One character changed: either both readers take it, for the same moment, or the fast one leaves it.
    @Test func `the fast reader never disagrees with the general one`() throws {
        for _ in 0..<3000 {
            var text = Array(Timestamp(milliseconds: .random(in: 0...4_000_000_000_000)).iso8601.utf8)
            text[.random(in: 0..<24)] = "0123456789-:.TZ ".utf8.randomElement()!
            let changed = String(decoding: text, as: UTF8.self)
            // Before 1582 Foundation goes by the Julian calendar, which ISO 8601 does not know.
            guard let fast = Timestamp(canonical: changed), changed >= "1583" else { continue }
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            #expect(try Timestamp(style.parse(changed)) == fast, "\(changed)")
        }
    }

    @Test(arguments: ["2026-02-29T00:00:00.000Z", "2026-04-31T00:00:00.000Z", "2100-02-29T00:00:00.000Z"])
    func `a day that its month does not have is not read the fast way`(_ text: String) {
        #expect(Timestamp(canonical: text) == nil)
    }

    @Test(arguments: [
        "", "now", "1700000000", "2026-11-21", "10:00:00Z", "2026-13-01T00:00:00Z", "T", "Z",
        "two thousand",
    ])
    func `what is no moment is none`(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `durations are added to the millisecond`() {
        let moment = Timestamp(milliseconds: 1000)
        #expect(moment.adding(.milliseconds(1)).milliseconds == 1001)
        #expect(moment.adding(.seconds(60)).milliseconds == 61_000)
        #expect(moment.adding(.milliseconds(-1500)).milliseconds == -500)
        #expect(moment.adding(.microseconds(999)).milliseconds == 1000)
    }

    @Test func `dates are rounded to the nearest millisecond, and back`() {
        for _ in 0..<1000 {
            let moment = Timestamp(milliseconds: .random(in: -2_000_000_000_000...4_000_000_000_000))
            #expect(Timestamp(moment.date) == moment)
        }
    }

    @Test func `it is JSON as a string`() throws {
        let moment = Timestamp(milliseconds: 951_782_400_123)
        let json = try JSONEncoder().encode([moment])
        #expect(String(decoding: json, as: UTF8.self) == #"["2000-02-29T00:00:00.123Z"]"#)
        #expect(try JSONDecoder().decode([Timestamp].self, from: json) == [moment])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Timestamp].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }
}
