/// What is asked of business hours.
extension Hours {
    private static let day = 86_400_000

    package func isOpen(at moment: Timestamp) -> Bool {
        let ms = moment.milliseconds
        return spans(onUTCDay: Self.floorDiv(ms, Self.day)).contains { $0.contains(ms) }
    }

    /// When it opens, if it is closed, and when it closes, if it is open; later than `moment`. Nil when it never does.
    package func nextChange(after moment: Timestamp) -> Timestamp? {
        let ms = moment.milliseconds
        let today = Self.floorDiv(ms, Self.day)
        var end: Int?  // of what is open at the moment and has not been seen to close
        for day in today...today + Self.horizonDays {
            let spans = spans(onUTCDay: day).drop { $0.upperBound <= ms }
            if day == today {
                guard let first = spans.first else { continue }
                if first.lowerBound > ms { return Timestamp(milliseconds: first.lowerBound) }
                end = first.upperBound
            } else if end == nil {
                if let first = spans.first { return Timestamp(milliseconds: first.lowerBound) }
                continue
            } else if let first = spans.first, first.lowerBound == end {
                end = first.upperBound
            }
            // What reaches midnight may go on behind it.
            if let end, end < (day + 1) * Self.day { return Timestamp(milliseconds: end) }
        }
        return nil
    }

    /// How much of the time between two moments it is open; 0 when the second is not later.
    package func businessTime(between start: Timestamp, and end: Timestamp) -> Duration {
        guard start < end else { return .zero }
        let wanted = start.milliseconds..<end.milliseconds
        let days = Self.floorDiv(wanted.lowerBound, Self.day)...Self.floorDiv(wanted.upperBound - 1, Self.day)
        let total = days.reduce(0) { total, day in
            spans(onUTCDay: day).reduce(total) { $0 + $1.clamped(to: wanted).count }
        }
        return .milliseconds(total)
    }

    /// The first moment at which it has been open for so long since `moment`; nil when it never is for as long.
    package func deadline(from moment: Timestamp, adding amount: Duration) -> Timestamp? {
        var left = amount.milliseconds
        if left <= 0 { return moment }
        let today = Self.floorDiv(moment.milliseconds, Self.day)
        for day in today...today + Self.horizonDays {
            for span in spans(onUTCDay: day) {
                let start = max(span.lowerBound, moment.milliseconds)
                guard start < span.upperBound else { continue }
                if left <= span.upperBound - start { return Timestamp(milliseconds: start + left) }
                left -= span.upperBound - start
            }
        }
        return nil
    }
}

extension Hours? {
    /// The same without hours, which is always open.
    package func deadline(from moment: Timestamp, adding amount: Duration) -> Timestamp? {
        guard let self else { return moment.adding(amount) }
        return self.deadline(from: moment, adding: amount)
    }
}
