import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that has to be right, and say what to do about the rest.",
        discussion: """
            Exits with 1 when something is wrong that loses data or keeps Switchboard from working.

            Example: switchboard doctor
            """)

    func run() async throws {
        try await Switchboard.report {
            try await House.with("doctor") { house in
                let findings = await Doctor(house: house).examine()
                for finding in findings { print(finding.line) }
                if findings.contains(where: { $0.verdict == .wrong }) { throw ExitCode.failure }
            }
        }
    }
}
