import ArgumentParser
import Foundation
import Support

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a running installation, as ratios within one run.",
        subcommands: [
            BenchMessagesCommand.self, BenchRealtimeCommand.self, BenchRecoveryCommand.self,
            BenchRelayCommand.self, BenchJobsCommand.self, BenchAssignmentCommand.self,
        ])
}

struct BenchMessagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Messages accepted, delivered and persisted per second, beside what Redis alone allows.",
        discussion: """
            Needs a running gateway and worker, started with limits that let the bench through:

              export LIMITS_CONTACT_MESSAGES_BURST=1000000 LIMITS_CONTACT_MESSAGES_INTERVAL_MS=1
              export LIMITS_ADDRESS_MESSAGES_BURST=1000000 LIMITS_FRAMES_BURST=1000000; bin/dev
              eval "$(bin/services env .switchboard)"; export SWITCHBOARD_SECRET=$(cat .switchboard/secret)
              .build/release/switchboard bench messages --url http://127.0.0.1:3000 --chats 200

            Writes real messages into the account of the website token; use a database that you can throw away.
            """)

    @Option(help: "A gateway; give it twice to put the two ends of each chat on different ones.")
    var url: [String] = ["http://127.0.0.1:3000"]
    @Option(help: "The inbox to write in.") var websiteToken = "demo"
    @Option(help: "Chats of two, each with one message on its way at a time.") var chats = 200
    @Option(help: "Seconds of sending in each round.") var seconds = 5
    @Option(help: "Rounds; medians are what to quote.") var rounds = 3

    func validate() throws {
        guard (1...5000).contains(chats) else { throw ValidationError("--chats is from 1 to 5000") }
        guard (1...60).contains(seconds) else { throw ValidationError("--seconds is from 1 to 60") }
        guard (1...20).contains(rounds) else { throw ValidationError("--rounds is from 1 to 20") }
    }

    func run() async throws {
        try await Switchboard.report {
            let targets = try url.map(target)
            try await House.with("bench") { house in
                let inbox = try await house.desk.inboxes.find(websiteToken: websiteToken, at: .now())
                for round in 1...rounds { try await self.round(round, house, targets, inbox) }
            }
        }
    }

    private func round(_ number: Int, _ house: House, _ targets: [BenchTarget], _ inbox: Inbox) async throws {
        let bench = MessageBench(house: house, targets: targets, chats: chats, duration: .seconds(seconds))
        let result = try await bench.run(in: inbox.accountID, inbox)
        let ceiling = try await ScriptCeiling(
            house: house, chats: chats, concurrency: 256, duration: .seconds(seconds)
        ).run(in: inbox)
        try await drain(house)
        func rate(_ value: Double) -> String { String(format: "%.0f/s", value) }
        print(
            """
            round \(number): \(result.sent) messages in \(chats) chats over \(targets.count) gateway(s)
              accepted   \(rate(result.acceptedPerSecond))   \(result.acknowledged.summary)
              delivered  \(rate(result.deliveredPerSecond))   \(result.delivered.summary)
              persisted  \(rate(result.persistedPerSecond))
              the script alone  \(rate(ceiling))   ratio \(String(format: "%.2f", result.acceptedPerSecond / ceiling))
            """)
        for problem in result.problems.prefix(3) { print("  problem: \(problem)") }
    }

    /// The journal is empty again before the next round begins.
    private func drain(_ house: House) async throws {
        for journal in house.desk.journals {
            while try await journal.length() > 0 { try await Task.sleep(for: .milliseconds(100)) }
        }
    }

    private func target(_ text: String) throws -> BenchTarget {
        guard let url = URL(string: text), let host = url.host, url.scheme == "http" else {
            throw Failure("--url is http://HOST:PORT, not “\(text)”")
        }
        guard ["127.0.0.1", "localhost", "::1"].contains(host) else {
            throw Failure("the bench sends its load to this machine only")
        }
        return BenchTarget(host: host, port: url.port ?? 80)
    }
}
