import ArgumentParser
import Foundation
import Postgres
import Realtime
import Support

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Who waits, who serves them, and whether all of it agrees.",
        discussion: """
            Examples:
              switchboard queue show                      every account's lines and agents
              switchboard queue check --account 0193…     looks at everything; exit code 1 when something is wrong
              switchboard queue repair                    makes the lines anew, and gives out what was left lying
            """,
        subcommands: [QueueShowCommand.self, QueueCheckCommand.self, QueueRepairCommand.self])
}

/// The accounts that a command is about.
struct QueueAccounts: ParsableArguments {
    @Option(help: "Only this account (its UUID).") var account: String?

    struct Place: Sendable {
        let id: Account.ID
        let name: String
        let cell: Cell
    }

    func validate() throws {
        if let account, Account.ID(account) == nil { throw ValidationError("\(account) is no UUID") }
    }

    func all(_ house: House) async throws -> [Place] {
        let wanted = account.flatMap { Account.ID($0) }?.uuid
        let rows = try await house.postgres.query(
            """
            SELECT id, name, cell FROM accounts
            WHERE suspended_at IS NULL AND (\(wanted)::uuid IS NULL OR id = \(wanted)::uuid) ORDER BY name, id
            """)
        if rows.isEmpty { throw Failure("there is no such account") }
        return try rows.map { row in
            Place(
                id: .init(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
                cell: Cell(try row.decode("cell")))
        }
    }
}

struct QueueShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Lines and agents at this moment.",
        discussion: "Example: switchboard queue show --account 0193a000-0000-7000-8000-00000000ac3e")

    @OptionGroup var accounts: QueueAccounts

    func run() async throws {
        try await Switchboard.report {
            try await House.with("queue") { house in
                for account in try await accounts.all(house) {
                    print("\(account.name)  \(account.id)")
                    for line in try await house.desk.lines.list(account.id, in: account.cell) {
                        let since = line.firstSince.map { ", the first since \($0.iso8601)" } ?? ""
                        print(
                            "  line \(line.id)  \(line.mode.rawValue)  \(line.waiting) wait\(since), \(line.ready) ready"
                        )
                    }
                    for agent in try await house.desk.staff.list(account.id, in: account.cell) {
                        print("  \(agent.name)  \(agent.availability)  \(agent.load) of \(agent.capacity)")
                    }
                }
            }
        }
    }
}

struct QueueCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare everything that is kept of the lines; name what does not agree.",
        discussion: """
            Costs as much as there is; nothing is changed.

            Example: switchboard queue check
            """)

    @OptionGroup var accounts: QueueAccounts

    func run() async throws {
        try await Switchboard.report {
            try await House.with("queue") { house in
                var isWrong = false
                for account in try await accounts.all(house) {
                    guard let report = try await house.desk.assignmentCheck.run(account.id, in: account.cell)
                    else {
                        print("\(account.name): the lines are not made yet")
                        continue
                    }
                    print(
                        "\(account.name): \(report.waiting) wait, \(report.held) are held, \(report.faults.count) faults"
                    )
                    for fault in report.faults { print("  \(fault)") }
                    isWrong = isWrong || !report.faults.isEmpty
                }
                if isWrong { throw Failure("something does not agree; switchboard queue repair mends it") }
            }
        }
    }
}

struct QueueRepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Make the lines anew from the database, and give out what was left lying.",
        discussion: "Workers do this by themselves every 30 s. Example: switchboard queue repair")

    @OptionGroup var accounts: QueueAccounts

    func run() async throws {
        try await Switchboard.report {
            try await House.with("queue") { house in
                for account in try await accounts.all(house) {
                    try await house.desk.assignmentSetup.prepare(account.id, in: account.cell)
                    let clock = house.desk.assignmentClock(of: account.cell, logger: house.logger)
                    print("\(account.name): \(try await clock.sweep(account.id)) steps were needed")
                }
            }
        }
    }
}
