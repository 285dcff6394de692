import ArgumentParser
import Foundation
import Jobs

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Look at queues, waiting jobs and workers, and change them.",
        discussion: """
            Sees every program's jobs on this Redis, Sidekiq's as well as Switchboard's own.

            Examples:
              switchboard jobs status
              switchboard jobs list retries --search UnreadEmailJob
              switchboard jobs retry dead 0f3c2a…       one of them
              switchboard jobs retry dead --all
              switchboard jobs probe                    does a worker run what is pushed?
            """,
        subcommands: [
            JobsStatusCommand.self, JobsListCommand.self, JobsShowCommand.self, JobsProcessesCommand.self,
            JobsRetryCommand.self, JobsKillCommand.self, JobsDeleteCommand.self, JobsClearCommand.self,
            JobsQuietCommand.self, JobsStopCommand.self, JobsProbeCommand.self,
        ])
}

/// Whether people or programs read the answer.
struct JobsOutput: ParsableArguments {
    @Flag(help: "JSON instead of a table.") var json = false

    /// One JSON document, or `lines`.
    func print(_ value: some Encodable, lines: () -> [String]) throws {
        guard json else {
            for line in lines() { Swift.print(line) }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Columns, each as wide as its widest cell; the last one is not padded.
    static func table(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[index] - cell.count + 2)
            }.joined()
        }
    }
}

extension House {
    func jobAdmin() throws -> JobAdmin { JobAdmin(redis: jobs, scripts: try JobScripts(scripts)) }
}

/// A place, as it is written: `retries`, `scheduled`, `dead`, or a queue as `queue:NAME`.
struct JobPlaceArgument: ExpressibleByArgument {
    let place: JobPlace

    init?(argument: String) {
        if argument.hasPrefix("queue:"), argument.count > 6 {
            place = .queue(String(argument.dropFirst(6)))
        } else if let set = JobPlace(set: argument) {
            place = set
        } else {
            return nil
        }
    }
}
