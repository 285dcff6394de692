/// How many jobs to fetch beyond the free slots.
///
/// A job in advance is one that no other process can run meanwhile. So there are none, unless jobs are so short that
/// a call to Redis takes longer than running them: then as many as two milliseconds will do.
struct Prefetch: Sendable {
    /// How long a job may wait in hand, s.
    private static let patience = 0.002
    private static let most = 100

    /// Of about the last 32 jobs; nothing is known at first, and nothing is short.
    private var meanSeconds = 1.0

    mutating func ran(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        meanSeconds += (Double(seconds) + Double(attoseconds) * 1e-18 - meanSeconds) / 32
    }

    func surplus(slots: Int) -> Int {
        Int(min(Double(Self.most), Self.patience * Double(slots) / max(meanSeconds, 1e-7)))
    }
}
