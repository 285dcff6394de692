import ArgumentParser

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print the settings in effect, secrets hidden.",
        discussion: "Example: SWITCHBOARD_ENV=production switchboard config")

    func run() async throws {
        try await Switchboard.report {
            let settings = try await Settings.load()
            print("environment: \(settings.environment)\nhome: \(settings.home)")
            for (key, value) in settings.effective { print("\(key): \(value)") }
        }
    }
}
