import NIOConcurrencyHelpers

/// Latencies in microseconds, gathered from any thread, told as percentiles.
final class Latencies: Sendable {
    private let samples = NIOLockedValueBox<[Int]>([])

    func add(_ microseconds: Int) { samples.withLockedValue { $0.append(microseconds) } }

    var count: Int { samples.withLockedValue { $0.count } }

    /// `p50 3.1 ms  p99 8.0 ms`, of all samples.
    var summary: String {
        let sorted = samples.withLockedValue { $0.sorted() }
        return [50, 95, 99].map { "p\($0) \(Self.show(Self.percentile(sorted, $0)))" }.joined(separator: "  ")
    }

    var p99: Double { Double(Self.percentile(samples.withLockedValue { $0.sorted() }, 99)) / 1000 }

    private static func percentile(_ sorted: [Int], _ percent: Int) -> Int {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }

    private static func show(_ microseconds: Int) -> String {
        "\(Double(microseconds / 10) / 100) ms"
    }
}
