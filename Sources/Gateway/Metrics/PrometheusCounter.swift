import Metrics
import Synchronization

/// What one series can write about itself.
protocol PrometheusSeries: AnyObject, Sendable {
    func write(_ name: String, _ labels: String, to text: inout PrometheusText)
}

/// A number that only grows. Whole and broken amounts are kept apart, so that the former stay exact.
final class PrometheusCounter: PrometheusSeries, CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let broken = AtomicDouble()

    func increment(by amount: Int64) {
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        broken.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        broken.value = 0
    }

    func write(_ name: String, _ labels: String, to text: inout PrometheusText) {
        let whole = whole.load(ordering: .relaxed)
        let broken = broken.value
        if broken == 0 {
            text.sample(name, labels, whole)
        } else {
            text.sample(name, labels, Double(whole) + broken)
        }
    }
}

/// A number that goes up and down.
final class PrometheusGauge: PrometheusSeries, MeterHandler, RecorderHandler {
    private let current = AtomicDouble()

    func set(_ value: Int64) { current.value = Double(value) }
    func set(_ value: Double) { current.value = value }
    func record(_ value: Int64) { current.value = Double(value) }
    func record(_ value: Double) { current.value = value }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }

    func write(_ name: String, _ labels: String, to text: inout PrometheusText) {
        text.sample(name, labels, current.value)
    }
}

/// A `Double` that many threads may change without a lock.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double {
        get { Double(bitPattern: bits.load(ordering: .relaxed)) }
        set { bits.store(newValue.bitPattern, ordering: .relaxed) }
    }

    func add(_ amount: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: known) + amount).bitPattern
            let (done, actual) = bits.weakCompareExchange(expected: known, desired: sum, ordering: .relaxed)
            if done { return }
            known = actual
        }
    }
}
