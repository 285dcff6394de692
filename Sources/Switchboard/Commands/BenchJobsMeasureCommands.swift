import ArgumentParser

struct BenchJobScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Due jobs brought to their queues per second, and how late jobs run.",
        discussion: """
            Starts a worker of its own. Wants an empty database, and empties it.

              switchboard bench jobs schedule --redis redis://127.0.0.1:16399/0
            """)

    @Option(help: "Redis; the database is the bench's own.") var redis: String
    @Option(help: "The folder of the Lua scripts.") var lua = "lua"
    @Option(help: "How many are due at once.") var due = 100_000
    @Option(help: "How many run at their time.") var punctual = 500
    @Option(help: "Rounds; medians are what to quote.") var rounds = 1

    func validate() throws {
        guard due > 0, punctual > 0, rounds > 0 else { throw ValidationError("there must be some jobs") }
    }

    func run() async throws {
        try await Switchboard.report {
            for _ in 0..<rounds {
                let rate = try await JobBench.run(redis: redis, lua: lua) { try await $0.promotions(due) }
                let late = try await JobBench.run(redis: redis, lua: lua) { try await $0.lateness(punctual) }
                func milliseconds(_ seconds: Double?) -> String {
                    String(format: "%.1f ms", (seconds ?? 0) * 1000)
                }
                print(
                    "promoted/s \(Int(rate))   late p50 \(milliseconds(late.percentile(50)))",
                    "p99 \(milliseconds(late.percentile(99))) max \(milliseconds(late.last))",
                    separator: "  ")
            }
        }
    }
}

struct BenchJobDeathCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "death",
        abstract:
            "Kills a worker of ten running jobs with -9: how many are lost, and when the others run again.",
        discussion: """
            Starts workers of its own. Wants an empty database, and empties it.

              switchboard bench jobs death --redis redis://127.0.0.1:16399/0
            """)

    @Option(help: "Redis; the database is the bench's own.") var redis: String
    @Option(help: "The folder of the Lua scripts.") var lua = "lua"

    func run() async throws {
        try await Switchboard.report {
            let death = try await JobBench.run(redis: redis, lua: lua) { try await $0.death() }
            print("lost \(death.lost) of 20   running again after \(String(format: "%.1f s", death.rerun))")
        }
    }
}
