import Foundation
import Glibc

/// A `bench relay` of this very program, in a process of its own, and what it has used.
final class RelayProcess {
    let port: Int
    private let process = Process()

    /// Starts one, and returns when it listens.
    init(redis: String, loops: Int) throws {
        port = try Self.freePort()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "bench", "relay", "--port", "\(port)", "--redis", redis, "--loops", "\(loops)",
        ]
        try process.run()
        let deadline = ContinuousClock.now + .seconds(10)
        while !isListening {
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw Failure("a relay did not start; is there a Redis at \(redis)?")
            }
            usleep(20_000)
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Seconds of CPU so far, of user and system together.
    var cpu: Double {
        let fields = file("stat").split(separator: ") ").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return 0
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory, bytes.
    var memory: Int {
        let pages = file("statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Nothing of a process that has ended: the generator then says what is wrong.
    private func file(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/\(name)", encoding: .utf8)) ?? ""
    }

    private var isListening: Bool {
        // Refused means not yet.
        guard let socket = try? LoadSocket(port: port, identifier: "") else { return false }
        socket.close()
        return true
    }

    private static func freePort() throws(Failure) -> Int {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard result == 0 else { throw Failure("no free port") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
