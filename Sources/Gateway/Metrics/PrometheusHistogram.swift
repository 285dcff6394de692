import Metrics
import Synchronization

/// How often values up to each of some bounds were recorded, and their sum. One lock, held for a few
/// additions, keeps the three in agreement.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    private struct State {
        /// By bucket, not summed up; the last is for what is over every bound.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// The bounds ascend; that of infinity is not among them.
    init(bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    /// Seconds are what Prometheus counts time in.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: String, to text: inout PrometheusText) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count
            text.sample(name + "_bucket", prefix + "le=\"\(PrometheusText.number(bound))\"", total)
        }
        text.sample(name + "_sum", labels, sum)
        text.sample(name + "_count", labels, total)
    }
}
