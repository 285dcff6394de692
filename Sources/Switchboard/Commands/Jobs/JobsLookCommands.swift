import ArgumentParser
import Jobs

struct JobsStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Totals, and each queue's depth and latency.",
        discussion: "Example: switchboard jobs status --json")

    @OptionGroup var output: JobsOutput

    func run() async throws {
        try await Switchboard.report {
            try await House.with("jobs") { house in
                let all = try await house.jobAdmin().overview()
                try output.print(all) {
                    [
                        "processed \(all.processed), failed \(all.failed), enqueued \(all.enqueued), "
                            + "retries \(all.retries), scheduled \(all.scheduled), dead \(all.dead), "
                            + "busy \(all.busy) in \(all.processes) processes"
                    ]
                        + JobsOutput.table(
                            [["QUEUE", "DEPTH", "LATENCY"]]
                                + all.queues.map { [$0.name, "\($0.size)", "\(Int($0.latency)) s"] })
                }
            }
        }
    }
}

struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Waiting jobs.",
        discussion: """
            Arguments are shown without what people wrote; `switchboard jobs show` has the whole text.

            Examples:
              switchboard jobs list dead
              switchboard jobs list queue:mailers --limit 100 --offset 100
            """)

    @Argument(help: "retries, scheduled, dead, or queue:NAME.") var place: JobPlaceArgument
    @Option(help: "Only those whose text has this.") var search: String?
    @Option(help: "From 1 to 1000.") var limit = 25
    @Option(help: "How many to leave out.") var offset = 0
    @OptionGroup var output: JobsOutput

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is from 1 to 1000") }
        guard offset >= 0 else { throw ValidationError("--offset is not negative") }
    }

    func run() async throws {
        try await Switchboard.report {
            try await House.with("jobs") { house in
                let page = try await house.jobAdmin().page(
                    of: place.place, offset: offset, limit: limit, matching: search)
                try output.print(page) {
                    JobsOutput.table(
                        [["JID", "CLASS", "QUEUE", "AT", "FAILURES", "ERROR", "ARGUMENTS"]]
                            + page.jobs.map(row))
                        + [
                            "\(page.jobs.count) of \(page.total)"
                                + (page.next.map { "; more with --offset \($0)" } ?? "")
                        ]
                }
            }
        }
    }

    private func row(_ job: JobEntry) -> [String] {
        [
            job.jid, job.name, job.queue, (job.at ?? job.enqueuedAt)?.description ?? "-",
            "\(job.failures)", job.errorClass ?? "-", String(job.arguments.prefix(100)),
        ]
    }
}

struct JobsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The whole text of one job, its arguments included.",
        discussion: "Example: switchboard jobs show dead 0f3c2a…")

    @Argument(help: "retries, scheduled, dead, or queue:NAME.") var place: JobPlaceArgument
    @Argument(help: "The job's jid.") var jid: String

    func run() async throws {
        try await Switchboard.report {
            try await House.with("jobs") { house in
                guard let job = try await house.jobAdmin().find(jid, in: place.place) else {
                    throw Failure("there is no such job")
                }
                print(job.text)
            }
        }
    }
}

struct JobsProcessesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "processes", abstract: "The worker processes, and what each runs.",
        discussion: "Example: switchboard jobs processes")

    @OptionGroup var output: JobsOutput

    func run() async throws {
        try await Switchboard.report {
            try await House.with("jobs") { house in
                let processes = try await house.jobAdmin().processes()
                try output.print(processes) {
                    guard !processes.isEmpty else { return ["no worker runs"] }
                    return JobsOutput.table(
                        [["IDENTITY", "BUSY", "STATE", "MEMORY", "QUEUES"]]
                            + processes.flatMap { process in [row(process)] + process.work.map(row) })
                }
            }
        }
    }

    private func row(_ process: JobProcess) -> [String] {
        [
            process.identity, "\(process.busy)/\(process.concurrency)", process.quiet ? "quiet" : "works",
            "\(process.rss / 1024) MB", process.queues.joined(separator: ","),
        ]
    }

    private func row(_ work: JobWork) -> [String] {
        ["  \(work.name) \(work.jid)", "", "since", work.since.description, work.arguments]
    }
}
