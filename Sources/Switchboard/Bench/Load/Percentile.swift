extension Array where Element: Comparable {
    /// Of an array that is sorted; nil when it is empty.
    func percentile(_ percent: Int) -> Element? {
        isEmpty ? nil : self[Swift.min(count - 1, count * percent / 100)]
    }
}
