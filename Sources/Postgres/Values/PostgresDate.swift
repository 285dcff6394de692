import Foundation

/// Instants as timestamptz, in UTC both ways and exact to the microsecond for the years 1865 to 2137 (beyond
/// them `Date` itself, a Double of seconds since 2001, is coarser than a microsecond).
extension Date: PostgresValue {
    package static let postgresType = PostgresType.timestamptz
    package static let postgresArrayType = PostgresType.timestamptzArray

    /// Microseconds from 1970 to 2001, where `Date` counts from.
    private static let reference: Int64 = 978_307_200_000_000

    package func encode(into text: inout PostgresText) {
        let micros = (timeIntervalSinceReferenceDate * 1_000_000).rounded()
        // Year 1 to 9999: what ISO 8601 writes in four digits and every reader of the data understands.
        guard micros >= -63_113_904_000_000_000, micros < 252_423_993_600_000_000 else {
            return text.refuse("a date lies outside the years 1 to 9999")
        }
        PostgresTimestamp(micros: Int64(micros) + Date.reference).write(into: &text)
    }

    package init(postgres cell: PostgresCell) throws(PostgresError) {
        guard let timestamp = PostgresTimestamp(text: try cell.required(Date.self)) else {
            throw cell.mismatch(Date.self)
        }
        self.init(timeIntervalSinceReferenceDate: Double(timestamp.micros - Date.reference) / 1_000_000)
    }
}

/// A timestamp as PostgreSQL writes it under `DateStyle = ISO`: `2026-11-21 09:57:13.123456+00`.
struct PostgresTimestamp: Equatable {
    /// Since 1970 in UTC.
    let micros: Int64

    init(micros: Int64) { self.micros = micros }

    /// For the years 0 to 9999.
    func write(into text: inout PostgresText) {
        let (days, time) = micros.flooredDivision(by: 86_400_000_000)
        let (year, month, day) = Self.civil(days)
        let (seconds, fraction) = time.flooredDivision(by: 1_000_000)
        text.append(year, width: 4)
        for (separator, number) in [
            ("-", month), ("-", day), (" ", seconds / 3600), (":", seconds / 60 % 60), (":", seconds % 60),
        ] {
            text.append(separator)
            text.append(number, width: 2)
        }
        text.append(".")
        text.append(fraction, width: 6)
        text.append("+00")
    }

    /// `nil` for anything but an instant: `infinity`, years before Christ, a date or a time without zone.
    init?(text: UnsafeBufferPointer<UInt8>) {
        var rest = text[...]
        func number() -> Int64? {
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard !digits.isEmpty, digits.count <= 6 else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(), take("-"), let month = number(), take("-"), let day = number(), take(" "),
            let hour = number(), take(":"), let minute = number(), take(":"), let second = number()
        else { return nil }
        var fraction: Int64 = 0
        if take(".") {
            let width = rest.count
            guard let digits = number() else { return nil }
            fraction = digits
            for _ in (width - rest.count)..<6 { fraction *= 10 }
        }
        let isEast = take("+")
        guard isEast || take("-"), var offset = number().map({ $0 * 3600 }) else { return nil }
        for unit: Int64 in [60, 1] where take(":") {
            guard let part = number() else { return nil }
            offset += part * unit
        }
        guard rest.isEmpty else { return nil }
        let local = Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        micros = (local - (isEast ? offset : -offset)) * 1_000_000 + fraction
    }

    // Days since 1970 to a date of the Gregorian calendar and back: years are counted from March, so that the
    // leap day comes last, in eras of 400 years (146,097 days), so that every era is alike.

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153  // 0 is March
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    /// Quotient rounded down and the remainder, never negative.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
