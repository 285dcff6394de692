/// A day of the calendar, wherever it is: `2026-12-25`.
///
/// The arithmetic is Howard Hinnant's `days_from_civil` and `civil_from_days`.
package struct CivilDate: Sendable, Hashable {
    /// Since 1970-01-01.
    package let days: Int

    package init(days: Int) { self.days = days }

    /// Nil for what is no day: months have their lengths, and Februaries their leap years.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        days = Self.days(year, month, day)
        // 31 April would be 1 May.
        guard self.text == text else { return nil }
    }

    package var text: String {
        let (year, month, day) = civil
        func padded(_ number: Int, _ count: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// The same for the same day of every year.
    var dayOfYearKey: Int {
        let (_, month, day) = civil
        return month * 100 + day
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = Hours.floorDiv(year, 400)
        let ofEra = year - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    private var civil: (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = Hours.floorDiv(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day)
    }
}
