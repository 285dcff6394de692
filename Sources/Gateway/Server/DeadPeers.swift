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

    func watch(_ channel: any Channel) throws {
        // A Unix domain socket's peer cannot vanish; it is a process on this machine.
        guard let options = channel.syncOptions, channel.remoteAddress?.ipAddress != nil else { return }
        let seconds = Int(limit.nanoseconds / 1_000_000_000)
        let probe = max(1, seconds / 6)
        try options.setOption(.socketOption(.so_keepalive), value: 1)
        #if canImport(Glibc)
            for (name, value) in [
                (TCP_KEEPIDLE, max(1, seconds - 3 * probe)), (TCP_KEEPINTVL, probe), (TCP_KEEPCNT, 3),
                (TCP_USER_TIMEOUT, seconds * 1000),
            ] {
                try options.setOption(
                    ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name)), value: value)
            }
        #endif
    }
}
