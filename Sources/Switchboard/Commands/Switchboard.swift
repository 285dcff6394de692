import ArgumentParser
import Foundation

@main
struct Switchboard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchboard",
        abstract: "Live-support chat: a WebSocket gateway, workers, and what it takes to run them.",
        discussion: """
            Settings come from the environment, then config/SWITCHBOARD_ENV.yml, then config/default.yml.

            Examples:
              switchboard migrate && switchboard seed    prepare a database for development
              PORT=3001 switchboard gateway              one more gateway
              switchboard doctor                         is everything as it should be?
            """,
        subcommands: [
            GatewayCommand.self, WorkerCommand.self, MigrateCommand.self, SeedCommand.self,
            DoctorCommand.self,
            ConfigCommand.self, JobsCommand.self, QueueCommand.self, BenchCommand.self,
        ])

    /// Runs a command; what stops it is told in one plain message, with exit code 1.
    static func report(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let code as ExitCode {
            throw code
        } catch {
            FileHandle.standardError.write(Data("switchboard: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}

/// Why a command could not do what it was asked for, in words for whoever asked.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
