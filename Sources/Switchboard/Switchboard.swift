import ArgumentParser
import Configuration
import Hummingbird

@main
struct Switchboard: AsyncParsableCommand {
    func run() async throws {}
}
