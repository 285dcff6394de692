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
            GatewayCommand.self, WorkerCommand.self, MigrateCommand.self, SeedCommand.self, DoctorCommand.self,
            ConfigCommand.self, BenchCommand.self,
        ])
}

/// Problems of the installation are told in one plain message and exit code 1, without a backtrace.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func run(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as any CleanExit_ {
        throw error
    } catch {
        FileHandle.standardError.write(Data("switchboard: \(error)\n".utf8))
        throw ExitCode.failure
    }
}
