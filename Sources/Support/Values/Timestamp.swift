import Foundation
import Realtime

/// A moment, to the millisecond, as it stands on the wire: ISO 8601 in UTC, `2026-11-21T10:00:00.000Z`.
///
/// Written by hand because every message carries several; the calendar is Howard Hinnant's `civil_from_days`.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    package let milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }
    package init(_ date: Date) { milliseconds = Int((date.timeIntervalSince1970 * 1000).rounded()) }

    package static func now() -> Timestamp { Timestamp(Date()) }
    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    package func adding(_ duration: Duration) -> Timestamp {
        Timestamp(milliseconds: milliseconds + duration.milliseconds)
    }

    package var iso8601: String {
        let day = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
        let time = milliseconds - day * 86_400_000
        let era = (day + 719_468) / 146_097
        let ofEra = (day + 719_468) % 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * ofYear + 2) / 153
        let dayOfMonth = ofYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

        var text: [UInt8] = []
        text.reserveCapacity(24)
        func digits(_ value: Int, _ count: Int, then separator: Unicode.Scalar) {
            var scale = 1
            for _ in 1..<count { scale *= 10 }
            while scale > 0 {
                text.append(UInt8(ascii: "0") + UInt8(value / scale % 10))
                scale /= 10
            }
            text.append(UInt8(ascii: separator))
        }
        digits(year, 4, then: "-")
        digits(month, 2, then: "-")
        digits(dayOfMonth, 2, then: "T")
        digits(time / 3_600_000, 2, then: ":")
        digits(time / 60_000 % 60, 2, then: ":")
        digits(time / 1000 % 60, 2, then: ".")
        digits(time % 1000, 3, then: "Z")
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads ISO 8601 with or without a fraction, with `Z` or an offset.
    package init?(iso8601 text: String) {
        if let moment = Timestamp(canonical: text) {
            self = moment
            return
        }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? style.parse(text) else { return nil }  // the error has nothing to add to nil
        self.init(date)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Timestamp(iso8601: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO 8601 time")
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso8601)
    }
}
