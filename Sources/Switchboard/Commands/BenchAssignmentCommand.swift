import ArgumentParser
import Foundation

struct BenchAssignmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assignment",
        abstract: "Conversations assigned per second, with a short line and with a long one.",
        discussion: """
            Makes a company with full hands and people who wait; every conversation that ends is followed by the next. The
            small company and the large one take turns, so that their ratio is of one run. Needs no gateway and no worker;
            writes into REDIS_URL and DATABASE_URL, so use servers that you can throw away:

              bin/services start .switchboard/bench; eval "$(bin/services env .switchboard/bench)"
              export SWITCHBOARD_SECRET=$(openssl rand -hex 32); .build/release/switchboard migrate
              .build/release/switchboard bench assignment --agents 10000 --waiting 100000
            """)

    @Option(help: "Agents of the large company.") var agents = 10_000
    @Option(help: "People who wait in its line.") var waiting = 100_000
    @Option(help: "Conversations ended at the same time.") var concurrency = 64
    @Option(help: "Rounds; medians are what to quote.") var rounds = 3

    func validate() throws {
        guard (10...100_000).contains(agents) else { throw ValidationError("--agents is from 10 to 100000") }
        guard (100...1_000_000).contains(waiting) else {
            throw ValidationError("--waiting is from 100 to 1000000")
        }
        guard (1...1000).contains(concurrency) else {
            throw ValidationError("--concurrency is from 1 to 1000")
        }
        guard (1...20).contains(rounds) else { throw ValidationError("--rounds is from 1 to 20") }
    }

    func run() async throws {
        try await Switchboard.report {
            try await House.with("bench") { house in
                try await house.redis.load(house.scripts)
                for round in 1...rounds {
                    // One small company is over in a moment; a hundred of them are a measurement.
                    var small = Measured()
                    for _ in 0..<100 {
                        try await small.add(
                            AssignmentBench(house: house, agents: 10, waiting: 100), ending: 100, concurrency)
                    }
                    var large = Measured()
                    try await large.add(
                        AssignmentBench(house: house, agents: agents, waiting: waiting),
                        ending: min(waiting / 2, 20_000), concurrency)
                    print("round \(round)")
                    print("  10 agents, 100 wait: \(small.words)")
                    print("  \(agents) agents, \(waiting) wait: \(large.words)")
                    print(
                        "  cost of one, large to small: \(String(format: "%.2f", small.perSecond / large.perSecond))"
                    )
                    print("  from free to both being told: \(large.words(of: large.told))")
                    for fault in small.faults + large.faults { print("  fault: \(fault)") }
                }
            }
        }
    }

    private struct Measured {
        private var assigned = 0
        private var seconds = 0.0
        private var latencies: [Double] = []
        private(set) var faults: [String] = []
        private(set) var told: [Double] = []

        var perSecond: Double { Double(assigned) / seconds }

        mutating func add(_ bench: AssignmentBench, ending count: Int, _ concurrency: Int) async throws {
            let chats = try await bench.open()
            let result = try await bench.run(Array(chats.prefix(count)), concurrency: concurrency)
            if count > 1000 { told += try await bench.listen(1000) }
            assigned += result.assigned
            seconds += result.seconds
            latencies += result.latencies
            faults += try await bench.faults()
        }

        var words: String { String(format: "%.0f/s, ", perSecond) + words(of: latencies) }

        func words(of latencies: [Double]) -> String {
            let sorted = latencies.sorted()
            return String(
                format: "p50 %.2f ms, p99 %.2f ms", sorted.percentile(50) ?? 0, sorted.percentile(99) ?? 0)
        }
    }
}
