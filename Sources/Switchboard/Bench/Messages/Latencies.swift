import NIOConcurrencyHelpers

/// Latencies in microseconds, gathered from any thread, told as percentiles.
final class Latencies: Sendable {
    private let samples = NIOLockedValueBox<[Int]>([])

    func add(_ microseconds: Int) { samples.withLockedValue { $0.append(microseconds) } }

    var count: Int { samples.withLockedValue { $0.count } }

    /// `p50 3.1 ms  p99 8.0 ms`, of all samples.
    var summary: String {
        let sorted = samples.withLockedValue { $0.sorted() }
        return [50, 95, 99].map { "p\($0) \(Self.show(sorted.percentile($0) ?? 0))" }.joined(separator: "  ")
    }

    var p99: Double { Double(samples.withLockedValue { $0.sorted() }.percentile(99) ?? 0) / 1000 }

    private static func show(_ microseconds: Int) -> String {
        "\(Double(microseconds / 10) / 100) ms"
    }
}
