import ArgumentParser
import Foundation
import Support

struct BenchRecoveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery",
        abstract: "Clients on bad lines: does everybody get everything, and how soon after coming back?",
        discussion: """
            Needs running gateways and a worker, started with limits that let the bench through:

              export LIMITS_CONTACT_MESSAGES_BURST=1000000 LIMITS_ADDRESS_MESSAGES_BURST=1000000
              export LIMITS_FRAMES_BURST=1000000 LIMITS_SESSIONS_PER_ADDRESS_BURST=1000000
              export LIMITS_SESSIONS_PER_PRINCIPAL=1000000; GATEWAYS=2 bin/dev
              eval "$(bin/services env .switchboard)"; export SWITCHBOARD_SECRET=$(cat .switchboard/secret)
              .build/release/switchboard bench recovery --port 3000 --port 3001 --clients 10000

            Fails when anything was lost, repeated or out of order. Use a database that you can throw away.
            """)

    @Option(help: "A gateway on 127.0.0.1; several times for several.") var port: [Int] = [3000]
    @Option(help: "The inbox to write in.") var websiteToken = "demo"
    @Option(help: "Clients.") var clients = 1000
    @Option(help: "Chats that they share.") var chats = 100
    @Option(help: "Each is cut off after so many seconds, on average.") var every = 15.0
    @Option(help: "And stays away so many.") var away = 2.0
    @Option(help: "Messages per second in each chat.") var rate = 2.0
    @Option(help: "Seconds.") var seconds = 30.0

    func validate() throws {
        guard (1...15_000).contains(clients) else { throw ValidationError("--clients is from 1 to 15000") }
        guard (1...1000).contains(chats) else { throw ValidationError("--chats is from 1 to 1000") }
        guard every > 0, away > 0, rate > 0, (1...600).contains(seconds) else {
            throw ValidationError("--every, --away and --rate are more than 0, --seconds is from 1 to 600")
        }
    }

    func run() async throws {
        try await Switchboard.report {
            try OpenFiles.allow(clients + chats + 100)
            let plan = try await House.with("bench") { try await makePlan(in: $0) }
            let outcome = try await LoadThread.run { try RecoveryBench(plan).run() }
            tell(outcome)
            guard outcome.delivered == outcome.expected, outcome.breaches == 0, outcome.resets == 0 else {
                throw ExitCode.failure
            }
        }
    }

    private func makePlan(in house: House) async throws -> RecoveryBench.Plan {
        let inbox = try await house.desk.inboxes.find(websiteToken: websiteToken, at: .now())
        var pages: [(token: String, chatID: String)] = []
        for _ in 0..<chats {
            let contact = try await house.desk.contacts.begin(Contacts.Introduction(), in: inbox, at: .now())
            pages.append((contact.token, contact.session.chatID.description))
        }
        return RecoveryBench.Plan(
            ports: port, clients: clients, chats: pages, every: every, away: away, rate: rate,
            seconds: seconds)
    }

    private func tell(_ outcome: RecoveryBench.Outcome) {
        let sorted = outcome.replays.sorted()
        func percentile(_ percent: Int) -> String {
            sorted.percentile(percent).map { String(format: "%.0f ms", $0) } ?? "–"
        }
        let share = 100 * Double(outcome.delivered) / Double(max(1, outcome.expected))
        print(
            """
            \(clients) clients in \(chats) chats, \(outcome.cuts) cuts
              delivered  \(outcome.delivered) of \(outcome.expected), \(String(format: "%.4f", share)) %
              lost, repeated or out of order  \(outcome.breaches); told to load anew  \(outcome.resets)
              caught up after dialling  p50 \(percentile(50))  p95 \(percentile(95))  p99 \(percentile(99))
            """)
    }
}
