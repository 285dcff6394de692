import ArgumentParser
import Foundation

struct BenchRealtimeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "realtime",
        abstract: "Fan-out, relay, idle sockets and connecting, through two instances and Redis.",
        discussion: """
            Starts two relays (see bench relay) for each measurement, subscribes on the first and publishes on the second,
            bodies of 100 bytes, and ends them again. Everything shares this machine: compare within one run only.

              switchboard bench realtime --redis redis://127.0.0.1:6379
              switchboard bench realtime --rounds 1 --only "fan-out to 1000"
            """)

    @Option(help: "Redis.") var redis = "redis://127.0.0.1:6379"
    @Option(help: "Event loops of each relay.") var loops = 1
    @Option(help: "Seconds of each measurement.") var seconds = 3
    @Option(help: "Rounds, of which medians are told.") var rounds = 5
    @Option(help: "Only what has this in its name.") var only: String?

    func validate() throws {
        guard (1...60).contains(seconds) else { throw ValidationError("--seconds is from 1 to 60") }
        guard (1...20).contains(rounds) else { throw ValidationError("--rounds is from 1 to 20") }
        guard !loads.isEmpty else {
            let names = RealtimeBench.all.map(\.name).joined(separator: "\n  ")
            throw ValidationError("--only matches nothing; there is\n  \(names)")
        }
    }

    private var loads: [RealtimeBench.Load] {
        RealtimeBench.all.filter { only.map($0.name.contains) ?? true }
    }

    func run() async throws {
        try await Switchboard.report {
            try OpenFiles.allow(12_000)
            let bench = RealtimeBench(redis: redis, loops: loops, seconds: Double(seconds))
            let (loads, rounds) = (loads, rounds)
            try await LoadThread.run { try Self.measure(loads, rounds, bench) }
        }
    }

    private static func measure(_ loads: [RealtimeBench.Load], _ rounds: Int, _ bench: RealtimeBench) throws {
        for load in loads {
            let results = try (1...rounds).map { round in
                FileHandle.standardError.write(Data("\(load.name), round \(round) of \(rounds)\n".utf8))
                return try bench.run(load)
            }
            print(load.name)
            for (index, measure) in results[0].enumerated() {
                let values = results.map { $0[index].value }.sorted()
                func text(_ value: Double) -> String { String(format: value < 100 ? "%.2f" : "%.0f", value) }
                let range = "(\(text(values[0])) to \(text(values[values.count - 1])))"
                print("  \(measure.name): \(text(values[values.count / 2]))\(measure.unit)  \(range)")
            }
        }
    }
}
