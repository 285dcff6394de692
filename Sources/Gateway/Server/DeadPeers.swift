import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// What makes the kernel notice that the other end of a connection is gone without a word: a phone out of reach, a
/// machine that lost its power, a NAT that forgot. TCP alone keeps such a connection for hours.
///
/// Two cases, two clocks. While something is on its way to the peer, `TCP_USER_TIMEOUT` (RFC 5482) counts how long
/// nobody has acknowledged it. While nothing is, keepalive probes ask (RFC 1122 section 4.2.3.6). Either ends the
/// connection with a time-out after `limit`, give or take one probe.
struct DeadPeers {
    /// How long a peer may not answer; at least 4 s, as the kernel counts probes in seconds.
    let limit: TimeAmount

    /// Of one connection, and from now on of all that its listener will accept: they are made in its likeness. Those that
    /// were made before are told one by one.
    func watch(_ channel: any Channel) throws {
        // A Unix domain socket's peer cannot vanish; it is a process on this machine.
        guard let options = channel.syncOptions, channel.remoteAddress?.ipAddress != nil,
            try options.getOption(Self.alive) == 0
        else { return }
        try watch(options)
        guard let listener = channel.parent else { return }
        listener.eventLoop.execute {
            // A listener that refuses, or is closed, leaves it to each connection.
            try? listener.syncOptions.map(watch)
        }
    }

    private static let alive = ChannelOptions.Types.SocketOption(level: .socket, name: .so_keepalive)

    private func watch(_ options: any NIOSynchronousChannelOptions) throws {
        let seconds = Int(limit.nanoseconds / 1_000_000_000)
        let probe = max(1, seconds / 6)
        #if canImport(Glibc)
            for (name, value) in [
                (TCP_KEEPIDLE, max(1, seconds - 3 * probe)), (TCP_KEEPINTVL, probe), (TCP_KEEPCNT, 3),
                (TCP_USER_TIMEOUT, seconds * 1000),
            ] {
                try options.setOption(
                    ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name)), value: value)
            }
        #endif
        // Last, as it says that all is done.
        try options.setOption(Self.alive, value: 1)
    }
}
