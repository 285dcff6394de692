import ArgumentParser
import Gateway
import Metrics

struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Serve HTTP and WebSockets on PORT until TERM or INT.",
        discussion: "Example: PORT=3001 switchboard gateway")

    func run() async throws {
        try await Switchboard.report {
            let metrics = PrometheusRegistry.forProcess()
            try await House.with("gateway") { house in
                try await GatewayRole(house: house, metrics: metrics).run()
            }
        }
    }
}

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Persist the journal and run jobs until TERM or INT.",
        discussion: "Example: WORKER_CONCURRENCY=20 switchboard worker")

    func run() async throws {
        try await Switchboard.report {
            let metrics = PrometheusRegistry.forProcess()
            try await House.with("worker") { house in
                try await WorkerRole(house: house, metrics: metrics).run()
            }
        }
    }
}

extension PrometheusRegistry {
    /// The one that swift-metrics reports to. To be made before anything else: a metric that was made earlier counts
    /// into nothing.
    fileprivate static func forProcess() -> PrometheusRegistry {
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }
}
