import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine against itself.",
        subcommands: [BenchMessagesCommand.self])
}

struct BenchMessagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Messages accepted, delivered and persisted per second through a gateway.")

    func run() async throws {}
}
