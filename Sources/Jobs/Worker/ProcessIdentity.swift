import Foundation

/// The name of a worker process in Redis: `host:pid:nonce`, as Sidekiq makes it.
///
/// The nonce keeps a process apart from an earlier one with the same pid, whose jobs may still have
/// to be recovered.
struct ProcessIdentity: Sendable {
    let host: String
    let pid: Int
    let text: String

    init() {
        // Not ProcessInfo.hostName, which asks the resolver and may wait for it.
        var name = [CChar](repeating: 0, count: 256)
        let isNamed = gethostname(&name, name.count - 1) == 0
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        host = isNamed ? String(decoding: bytes, as: UTF8.self) : "localhost"
        pid = Int(ProcessInfo.processInfo.processIdentifier)
        text = "\(host):\(pid):\(JobEnvelope.randomJID().prefix(12))"
    }
}
