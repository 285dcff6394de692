import Foundation

/// A PostgreSQL server of a test's own, on a free port and in a temporary folder, to be stopped, killed and
/// started again at will.
///
///     try await PrivatePostgres.with { server in … server.url … try await server.kill() … }
///
/// PostgreSQL refuses to run as root: then it runs as the system's user `postgres`.
package final class PrivatePostgres: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let port: Int
    /// Superuser `postgres`, database `postgres`, no password.
    package var url: String { "postgresql://postgres@127.0.0.1:\(port)/postgres" }

    private let folder: URL
    private var data: String { folder.appending(path: "data").path }

    /// Makes a server, runs `body`, and takes the server and its files away again, whatever happens.
    package static func with<Value: Sendable>(
        settings: [String: String] = [:], _ body: @Sendable (PrivatePostgres) async throws -> Value
    ) async throws -> Value {
        let server = try await PrivatePostgres(settings: settings)
        do {
            try await server.start()
            let value = try await body(server)
            try await server.remove()
            return value
        } catch {
            try await server.remove()
            throw error
        }
    }

    private init(settings: [String: String]) async throws {
        port = try FreePort.find()
        folder = FileManager.default.temporaryDirectory.appending(
            path: "switchboard-postgres-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 {
            guard let user = getpwnam("postgres") else {
                throw Failure(description: "there is no user postgres")
            }
            guard chown(folder.path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
                throw Failure(description: "cannot give \(folder.path) to the user postgres")
            }
        }
        try await run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        // Killing a process loses nothing that the kernel holds, so the disk need not be waited for.
        let defaults = [
            "listen_addresses": "127.0.0.1", "unix_socket_directories": folder.path, "fsync": "off",
            "log_min_messages": "warning",
        ]
        let lines = defaults.merging(settings) { $1 }.map { "\($0) = '\($1)'\n" }.joined()
        let file = try FileHandle(forWritingTo: URL(filePath: "\(data)/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data("port = \(port)\n\(lines)".utf8))
        try file.close()
    }

    /// Returns once the server accepts connections. After a `kill` the last children may still be leaving, and
    /// their shared memory with them, so it is tried for a while.
    package func start() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                return try await run("pg_ctl", ["start", "-w", "-D", data, "-l", "\(folder.path)/log"])
            } catch  where ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Ends all sessions in an orderly way and returns once the server is gone.
    package func stop() async throws {
        try await run("pg_ctl", ["stop", "-w", "-m", "fast", "-D", data])
    }

    /// Kills the postmaster with -9; its children find out and leave at once.
    package func kill() async throws {
        let pid = try postmaster()
        Foundation.kill(pid, SIGKILL)
        let deadline = ContinuousClock.now + .seconds(10)
        while Foundation.kill(pid, 0) == 0 {
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "postmaster \(pid) lives on")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func postmaster() throws -> pid_t {
        let file = try String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8)
        guard let pid = file.split(separator: "\n").first.flatMap({ pid_t($0) }), pid > 1 else {
            throw Failure(description: "\(data)/postmaster.pid names no process")
        }
        return pid
    }

    private func remove() async throws {
        // Stopped or killed already is as good.
        do { try await stop() } catch {}
        try FileManager.default.removeItem(at: folder)
    }

    /// Runs a program of PostgreSQL to its end.
    private func run(_ program: String, _ arguments: [String]) async throws {
        var command = [try Self.program(program)] + arguments
        if getuid() == 0 { command = ["/usr/sbin/runuser", "-u", "postgres", "--"] + command }
        let output = folder.appending(path: "\(program).out").path
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            // A thread, since waiting for a process blocks.
            Thread { [command] in
                continuation.resume(with: Result { try Self.runToEnd(command, output: output) })
            }.start()
        }
        guard status == 0 else {
            let words = try String(contentsOfFile: output, encoding: .utf8)
            throw Failure(description: "\(program) \(arguments.first ?? "") ended with \(status): \(words)")
        }
    }

    /// The raw wait status. Not Foundation's `Process`: on Linux it takes a process to live as long as anybody
    /// holds a descriptor that it inherited, and the server that pg_ctl leaves behind would hold it.
    private static func runToEnd(_ command: [String], output: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Nothing of the test process stays open in the server, and the server may enter its folder.
        let script = """
            cd /; for fd in /proc/$$/fd/*; do fd=${fd##*/}; ((fd > 2)) && eval "exec $fd>&-"; done; exec "$@"
            """
        let arguments = (["/bin/bash", "-c", script, "bash"] + command).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let problem = posix_spawn(&pid, "/bin/bash", &actions, nil, arguments, environ)
        guard problem == 0 else { throw Failure(description: "cannot run \(command[0]): error \(problem)") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure(description: "lost track of \(command[0])") }
        }
        return status
    }

    /// Debian keeps the server's programs outside the path, one folder per version; the newest is taken.
    private static func program(_ name: String) throws -> String {
        let root = "/usr/lib/postgresql"
        // No such folder: another system, where the programs are on the path.
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted {
            (Int($0) ?? 0) > (Int($1) ?? 0)
        }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in versions.map({ "\(root)/\($0)/bin" }) + path
        where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw Failure(description: "\(name) is not installed: apt-get install postgresql")
    }
}
