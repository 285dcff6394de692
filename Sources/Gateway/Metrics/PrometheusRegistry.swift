import Metrics
import NIOCore
import Synchronization

/// The metrics of this process, for Prometheus to fetch.
///
/// A backend of swift-metrics: counters become counters (`…_total`), gauges, meters and recorders that do
/// not aggregate become gauges, timers (`…_seconds`) and other recorders become histograms. Dots become
/// underscores, dimensions labels. Making a metric takes the registry's lock; using one does not.
///
/// A name belongs to the kind that took it first. A metric of another kind under the same name works but
/// is not shown, for Prometheus would refuse the whole page.
///
/// Every combination of dimensions is a series that stays until it is destroyed; keep them few.
package final class PrometheusRegistry: MetricsFactory {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package struct Configuration: Sendable {
        /// Bounds of timers, in seconds.
        package var timerBounds: [Double] = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ]

        /// Bounds of aggregating recorders, in whatever they count: bytes, items, milliseconds.
        package var recorderBounds: [Double] = [
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000,
        ]

        /// What a metric means, by its label in swift-metrics. Without it the label itself is shown.
        package var help: [String: String] = [:]

        package init() {}
    }

    private enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private struct Family {
        let kind: Kind
        let help: String
        var series: [PrometheusLabels: any PrometheusSeries] = [:]
    }

    private let configuration: Configuration
    private let families = Mutex<[String: Family]>([:])

    package init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
    }

    /// All metrics in the text format, sorted by name and labels.
    package func exposition() -> ByteBuffer {
        var text = PrometheusText()
        let families = families.withLock { $0 }
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            text.family(name, type: family.kind.rawValue, help: family.help)
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(name, labels.text, to: &text)
            }
        }
        return text.bytes
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(.counter, label, "_total", dimensions) { PrometheusCounter() }
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(.counter, label, "_total", dimensions) { PrometheusCounter() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, label, "", dimensions) { PrometheusGauge() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return series(.gauge, label, "", dimensions) { PrometheusGauge() } }
        return series(.histogram, label, "", dimensions) { [bounds = configuration.recorderBounds] in
            PrometheusHistogram(bounds: bounds)
        }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(.histogram, label, "_seconds", dimensions) { [bounds = configuration.timerBounds] in
            PrometheusHistogram(bounds: bounds)
        }
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    // MARK: Series

    private func series<Series: PrometheusSeries>(
        _ kind: Kind, _ label: String, _ ending: String, _ dimensions: [(String, String)],
        make: () -> Series
    ) -> Series {
        let name = PrometheusName.sanitized(label, ending: ending)
        let labels = PrometheusLabels(dimensions)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: configuration.help[label] ?? label)
            if let known = family.series[labels] as? Series { return known }
            let series = make()
            guard family.kind == kind else { return series }
            family.series[labels] = series
            families[name] = family
            return series
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for (name, family) in families {
                families[name]?.series = family.series.filter { $0.value !== handler }
            }
        }
    }
}
