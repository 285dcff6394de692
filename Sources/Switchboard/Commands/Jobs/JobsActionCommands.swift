import ArgumentParser
import Jobs

/// One job, or all of a place.
struct JobsTarget: ParsableArguments {
    @Argument(help: "retries, scheduled, dead, or queue:NAME.") var place: JobPlaceArgument
    @Argument(help: "The job's jid.") var jid: String?
    @Flag(help: "All jobs there instead.") var all = false

    func validate() throws {
        guard (jid == nil) == all else { throw ValidationError("give a jid, or --all") }
    }

    func run(_ action: JobAction, _ word: String) async throws {
        guard action.isPossible(in: place.place) else {
            throw Failure("that cannot be done with jobs which are there")
        }
        try await House.with("jobs") { house in
            let admin = try house.jobAdmin()
            guard let jid else {
                print("\(try await admin.performOnAll(action, in: place.place)) jobs \(word)")
                return
            }
            guard let job = try await admin.find(jid, in: place.place),
                try await admin.perform(action, on: job, in: place.place)
            else { throw Failure("there is no such job, or no longer") }
            print("\(job.name) \(jid) \(word)")
        }
    }
}

struct JobsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put jobs into their queues at once.",
        discussion: """
            Examples:
              switchboard jobs retry retries 0f3c2a…
              switchboard jobs retry scheduled 0f3c2a…
              switchboard jobs retry dead --all
            """)

    @OptionGroup var target: JobsTarget

    func run() async throws {
        try await Switchboard.report { try await target.run(.retry, "put into the queue") }
    }
}

struct JobsKillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "Give jobs up: they rest in the dead set.",
        discussion: "Example: switchboard jobs kill retries 0f3c2a…")

    @OptionGroup var target: JobsTarget

    func run() async throws { try await Switchboard.report { try await target.run(.kill, "killed") } }
}

struct JobsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Take a job away for good.",
        discussion: "Example: switchboard jobs delete queue:low 0f3c2a…")

    @OptionGroup var target: JobsTarget

    func run() async throws { try await Switchboard.report { try await target.run(.delete, "deleted") } }
}

struct JobsClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Take all jobs of a place away for good.",
        discussion: "Example: switchboard jobs clear dead")

    @Argument(help: "retries, scheduled, dead, or queue:NAME.") var place: JobPlaceArgument

    func run() async throws {
        try await Switchboard.report {
            try await House.with("jobs") { house in
                print("\(try await house.jobAdmin().performOnAll(.delete, in: place.place)) jobs deleted")
            }
        }
    }
}

struct JobsQuietCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet", abstract: "Ask workers to take no more jobs.",
        discussion: """
            They hear it with their next heartbeat, within 5 s.

            Examples:
              switchboard jobs quiet host:123:0f3c2a…
              switchboard jobs quiet --all
            """)

    @OptionGroup var target: ProcessTarget

    func run() async throws { try await Switchboard.report { try await target.send(.quiet) } }
}

struct JobsStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Ask workers to end: they finish their jobs, or hand them back.",
        discussion: "Example: switchboard jobs stop host:123:0f3c2a…")

    @OptionGroup var target: ProcessTarget

    func run() async throws { try await Switchboard.report { try await target.send(.stop) } }
}

/// One worker process, or all of them.
struct ProcessTarget: ParsableArguments {
    @Argument(help: "As `switchboard jobs processes` names it.") var identity: String?
    @Flag(help: "All processes instead.") var all = false

    func validate() throws {
        guard (identity == nil) == all else { throw ValidationError("give an identity, or --all") }
    }

    func send(_ signal: JobAdmin.Signal) async throws {
        try await House.with("jobs") { house in
            let admin = try house.jobAdmin()
            var identities = [String]()
            if let identity {
                identities = [identity]
            } else {
                identities = try await admin.processes().map(\.identity)
            }
            for identity in identities {
                guard try await admin.signal(signal, to: identity) else {
                    throw Failure("there is no such process: \(identity)")
                }
                print("asked \(identity)")
            }
        }
    }
}
