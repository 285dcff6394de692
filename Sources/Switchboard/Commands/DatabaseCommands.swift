import ArgumentParser
import Postgres
import Support

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.",
        discussion: """
            Forward only, each migration in a transaction of its own. Any number of processes may run it at once.

            Example: DATABASE_URL=postgresql://localhost/switchboard switchboard migrate
            """)

    @Flag(help: "List what would be applied, and change nothing.") var dryRun = false

    func run() async throws {
        try await Switchboard.report {
            try await House.with("migrate") { house in
                let migrator = try Migrator(directory: "\(house.settings.home)/sql/migrations")
                let names =
                    dryRun
                    ? try await migrator.pending(on: house.postgres)
                    : try await migrator.run(on: house.postgres)
                for name in names { print(dryRun ? "would apply \(name)" : "applied \(name)") }
                if names.isEmpty { print("the schema is up to date") }
            }
        }
    }
}

struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Plant the demo account Acme, for development.",
        discussion: "Example: switchboard migrate && switchboard seed")

    func run() async throws {
        try await Switchboard.report {
            try await House.with("seed") { house in
                guard house.settings.environment != "production" else {
                    throw Failure("the demo has a known password and is not for production (SWITCHBOARD_ENV)")
                }
                let seed = DemoSeed(
                    postgres: house.postgres, passwords: house.passwords, cells: house.settings.support.cells)
                let planted = try await seed.plant()
                print(planted ? "planted the demo account Acme" : "the demo account is there already")
                for person in DemoSeed.people {
                    print("  \(person.role.rawValue)  \(person.email)  password: \(DemoSeed.password)")
                }
            }
        }
    }
}
