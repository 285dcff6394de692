import Foundation

/// Two relays, one generator, and every message from one relay to the other through Redis.
struct RealtimeBench: Sendable {
    /// What is measured, with new sockets each.
    enum Load: Sendable {
        case fanOut(subscribers: Int, window: Int)
        case pairs(Int, rate: Int?)
        case idle(Int)

        var name: String {
            switch self {
            case .fanOut(let subscribers, let window): "fan-out to \(subscribers), \(window) in flight"
            case .pairs(let count, nil): "\(count) chats of two, saturated"
            case .pairs(let count, let rate?): "\(count) chats of two, \(rate) messages/s"
            case .idle(let count): "\(count) idle sockets"
            }
        }
    }

    /// One number of one measurement.
    struct Measure: Sendable {
        let name: String
        let unit: String
        let value: Double
    }

    static let all: [Load] = [
        .fanOut(subscribers: 1000, window: 1), .fanOut(subscribers: 1000, window: 8),
        .fanOut(subscribers: 1000, window: 64), .fanOut(subscribers: 5000, window: 4),
        .pairs(500, rate: nil), .pairs(500, rate: 500), .idle(10_000),
    ]

    let redis: String
    let loops: Int
    let seconds: Double

    /// Blocks; for a thread of its own.
    func run(_ load: Load) throws -> [Measure] {
        var relays: [RelayProcess] = []
        defer { for relay in relays { relay.stop() } }
        for _ in 0..<2 { relays.append(try RelayProcess(redis: redis, loops: loops)) }
        let generator = try LoadGenerator()
        func line(_ relay: Int, _ channel: Int) -> LoadGenerator.Line {
            .relay(relays[relay].port, channel: channel)
        }
        let before = relays[0].memory
        switch load {
        case .fanOut(let subscribers, let window):
            let rate = try generator.open((0..<subscribers).map { _ in line(0, 0) })
            try generator.open([line(1, 0)])
            return try messages(relays) { whenWarm in
                try generator.fanOut(window: window, seconds: seconds, whenWarm: whenWarm)
            } + [Measure(name: "connects", unit: "/s", value: rate)]
        case .pairs(let count, let rate):
            try generator.open((0..<(2 * count)).map { line($0 % 2, $0 / 2) })
            return try messages(relays) { whenWarm in
                try generator.pairs(rate: rate, seconds: seconds, whenWarm: whenWarm)
            }
        case .idle(let count):
            let rate = try generator.open((0..<count).map { line(0, $0 % 1000) })
            Thread.sleep(forTimeInterval: 1)
            let bytes = Double(relays[0].memory - before) / Double(count)
            return [
                Measure(name: "memory per socket", unit: " KiB", value: bytes / 1024),
                Measure(name: "connects", unit: "/s", value: rate),
            ]
        }
    }

    private func messages(
        _ relays: [RelayProcess], _ run: (_ whenWarm: () -> Void) throws -> LoadGenerator.Figures
    ) throws -> [Measure] {
        var cpu = 0.0
        let figures = try run { cpu = relays.reduce(0) { $0 + $1.cpu } }
        cpu = relays.reduce(0) { $0 + $1.cpu } - cpu
        let sorted = figures.latencies.sorted()
        func percentile(_ percent: Int) -> Double {
            Double(sorted.percentile(percent) ?? 0) / 1000
        }
        return [
            Measure(name: "deliveries", unit: "/s", value: Double(figures.deliveries) / figures.seconds),
            Measure(name: "p50", unit: " ms", value: percentile(50)),
            Measure(name: "p99", unit: " ms", value: percentile(99)),
            Measure(
                name: "server CPU per delivery", unit: " µs",
                value: cpu * 1e6 / Double(max(1, figures.deliveries))),
        ]
    }
}
