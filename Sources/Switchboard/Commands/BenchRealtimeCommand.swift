import ArgumentParser
import Foundation

struct BenchRealtimeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "realtime",
        abstract: "Fan-out, relay, idle sockets and connecting, through two instances and Redis.",
        discussion: """
            Starts two relays (see bench relay) for each measurement, subscribes on the first and publishes on the second,
            bodies of 100 bytes, and ends them again. Everything shares this machine: compare within one run only.

            With --gateway also running gateways are measured, and what stands behind them, started as bench recovery says.

              switchboard bench realtime --redis redis://127.0.0.1:6379
              switchboard bench realtime --gateway 3000 --gateway 3001 --only "the whole" --only ticket
              switchboard bench realtime --rounds 1 --only "fan-out to 1000"
            """)

    @Option(help: "Redis.") var redis = "redis://127.0.0.1:6379"
    @Option(help: "Event loops of each relay.") var loops = 1
    @Option(help: "Seconds of each measurement.") var seconds = 3
    @Option(help: "Rounds, of which medians are told.") var rounds = 5
    @Option(help: "Only what has this in its name; several times for several.") var only: [String] = []
    @Option(help: "A running gateway on 127.0.0.1; several times for several.") var gateway: [Int] = []
    @Option(help: "The inbox of its visitors.") var websiteToken = "demo"

    func validate() throws {
        guard (1...60).contains(seconds) else { throw ValidationError("--seconds is from 1 to 60") }
        guard (1...20).contains(rounds) else { throw ValidationError("--rounds is from 1 to 20") }
        guard !relayLoads.isEmpty || !visitorLoads.isEmpty else {
            let names = (RealtimeBench.all.map(\.name) + VisitorBench.Load.allCases.map(\.rawValue))
            throw ValidationError(
                "--only matches nothing; there is\n  \(names.joined(separator: "\n  "))\nthe last two with --gateway"
            )
        }
    }

    private func isWanted(_ name: String) -> Bool { only.isEmpty || only.contains(where: name.contains) }

    private var relayLoads: [RealtimeBench.Load] { RealtimeBench.all.filter { isWanted($0.name) } }

    private var visitorLoads: [VisitorBench.Load] {
        gateway.isEmpty ? [] : VisitorBench.Load.allCases.filter { isWanted($0.rawValue) }
    }

    func run() async throws {
        try await Switchboard.report {
            try OpenFiles.allow(12_000)
            let bench = RealtimeBench(redis: redis, loops: loops, seconds: Double(seconds))
            for load in relayLoads {
                try await measure(load.name) { try await LoadThread.run { try bench.run(load) } }
            }
            guard !visitorLoads.isEmpty else { return }
            try await House.with("bench") { house in
                let inbox = try await house.desk.inboxes.find(websiteToken: websiteToken, at: .now())
                let bench = VisitorBench(
                    ports: gateway, seconds: Double(seconds), house: house, inbox: inbox)
                for load in visitorLoads { try await measure(load.rawValue) { try await bench.run(load) } }
            }
        }
    }

    private func measure(_ name: String, _ run: () async throws -> [RealtimeBench.Measure]) async throws {
        var results: [[RealtimeBench.Measure]] = []
        for round in 1...rounds {
            FileHandle.standardError.write(Data("\(name), round \(round) of \(rounds)\n".utf8))
            results.append(try await run())
        }
        print(name)
        for (index, measure) in results[0].enumerated() {
            let values = results.map { $0[index].value }.sorted()
            func text(_ value: Double) -> String { String(format: value < 100 ? "%.2f" : "%.0f", value) }
            let range = "(\(text(values[0])) to \(text(values[values.count - 1])))"
            print("  \(measure.name): \(text(values[values.count / 2]))\(measure.unit)  \(range)")
        }
    }
}
