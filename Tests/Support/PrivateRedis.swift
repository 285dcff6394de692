import Foundation
import Synchronization

/// A redis-server of a test's own, on a free port of 127.0.0.1 with its own folder, which the test may kill and
/// start again at the same address.
///
///     try await PrivateRedis.run { redis in
///         let client = RedisClient(try RedisConfiguration(url: redis.url), …)
///         redis.kill()                    // kill -9: as a machine that dies
///         try await redis.start()
///     }
///
/// It keeps nothing over a restart unless made with `["--appendonly", "yes"]`.
package final class PrivateRedis: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Its working folder, for what belongs to the test: logs, certificates, the socket. Deleted by `remove`.
    package let folder: String
    package let port: Int
    package var url: String { "redis://127.0.0.1:\(port)" }
    package var unixURL: String { "unix://\(folder)/redis.sock" }

    /// Where it also speaks TLS, by `cert.pem` and `key.pem` in its folder; the test puts them there first.
    package let tlsPort: Int?

    private let options: [String]
    private let process = Mutex<pid_t?>(nil)

    /// - Parameter options: more of redis-server's own, as on its command line.
    package init(_ options: [String] = [], tls: Bool = false) throws {
        // Short, for a unix socket's path has at most 107 bytes.
        folder = "/tmp/redis-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try FreePort.find()
        tlsPort = tls ? try FreePort.find() : nil
        self.options = options
    }

    /// Starts a server, runs `body`, and removes the server whatever happens.
    package static func run<T>(
        _ options: [String] = [], _ body: (PrivateRedis) async throws -> T
    ) async throws -> T {
        let redis = try PrivateRedis(options)
        defer { redis.remove() }
        try await redis.start()
        return try await body(redis)
    }

    /// Returns when the server answers.
    package func start() async throws {
        let arguments =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder, "--save", "",
                "--logfile", "\(folder)/redis.log", "--unixsocket", "\(folder)/redis.sock",
            ] + tlsOptions + options
        let pid = try Self.spawn(arguments)
        process.withLock { $0 = pid }
        Self.endWithProcess
        Self.running.withLock { _ = $0.insert(pid) }
        let deadline = ContinuousClock.now + .seconds(15)
        while !isAnswering {
            guard ContinuousClock.now < deadline, waitpid(pid, nil, WNOHANG) == 0 else {
                // No log is no more than that: the server did not come so far.
                let log = (try? String(contentsOfFile: "\(folder)/redis.log", encoding: .utf8)) ?? ""
                throw Failure(description: "redis-server did not start on port \(port):\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// SIGTERM: it says good-bye to its clients and writes what it must.
    package func stop() { end(SIGTERM) }

    /// SIGKILL.
    package func kill() { end(SIGKILL) }

    package func restart() async throws {
        kill()
        try await start()
    }

    /// Stops the process without ending it, as a peer behind a broken network: sockets stay open, silent.
    package func freeze() { signal(SIGSTOP) }

    package func thaw() { signal(SIGCONT) }

    package func remove() {
        kill()
        try? FileManager.default.removeItem(atPath: folder)  // Best effort: it is in /tmp.
    }

    private var tlsOptions: [String] {
        guard let tlsPort else { return [] }
        return [
            "--tls-port", "\(tlsPort)", "--tls-auth-clients", "no", "--tls-cert-file", "\(folder)/cert.pem",
            "--tls-key-file", "\(folder)/key.pem", "--tls-ca-cert-file", "\(folder)/cert.pem",
        ]
    }

    private func signal(_ signal: Int32) {
        process.withLock { pid in
            if let pid { _ = Foundation.kill(pid, signal) }
        }
    }

    private func end(_ signal: Int32) {
        process.withLock { pid in
            guard let ending = pid else { return }
            _ = Foundation.kill(ending, signal)
            waitpid(ending, nil, 0)
            Self.running.withLock { _ = $0.remove(ending) }
            pid = nil
        }
    }

    private var isAnswering: Bool {
        let descriptor = Self.openSocket()
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = Self.loopback(port: port)
        let connected = address.withSockaddr { connect(descriptor, $0, $1) }
        guard connected == 0, send(descriptor, "PING\r\n", 6, Int32(MSG_NOSIGNAL)) == 6 else {
            return false
        }
        var answer = [UInt8](repeating: 0, count: 128)
        let count = recv(descriptor, &answer, answer.count, 0)
        // A server that asks for a password answers too; one that still loads does not count.
        let text = String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
        return text.hasPrefix("+PONG") || text.hasPrefix("-NOAUTH")
    }

    private static func openSocket() -> Int32 {
        // Not to be inherited by a server that another test starts at this moment.
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return address
    }

    /// Servers to end with this process, should a test not come to its `remove`.
    private static let running = Mutex<Set<pid_t>>([])
    private static let endWithProcess: Void = {
        atexit { PrivateRedis.running.withLock { for pid in $0 { _ = Foundation.kill(pid, SIGKILL) } } }
    }()

    /// Starts a program of the PATH, silent, with no input and no environment.
    package static func spawn(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let status = posix_spawnp(&pid, arguments[0], &actions, nil, &words, &environment)
        guard status == 0 else {
            throw Failure(description: "cannot start \(arguments[0]): errno \(status); is it installed?")
        }
        return pid
    }
}

extension sockaddr_in {
    fileprivate mutating func withSockaddr<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        withUnsafeBytes(of: &self) {
            body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
    }
}
