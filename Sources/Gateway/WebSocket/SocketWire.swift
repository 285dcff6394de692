import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes to a connection past its channel, as long as the channel holds nothing back.
///
/// A channel keeps account of what the kernel has not taken yet, which costs as much as a third of a write, and nearly
/// always the kernel takes all. What it does not take goes through the channel, and so does everything after it until
/// the channel is empty again, so that the order is kept.
struct SocketWire {
    /// Valid while the channel is active: it closes its descriptor on its loop, and is inactive from then on.
    private let descriptor: NIOBSDSocket.Handle?
    /// Writes that the channel has not finished.
    private var unfinished = 0
    /// Something from before the socket's time is in the channel, and leaves before the first write that it finishes.
    private var isBehind: Bool

    /// Of a channel that does not know one, as in tests without a network, everything goes through the channel.
    init(_ context: ChannelHandlerContext, isBehind: Bool) {
        self.isBehind = isBehind
        // What is written here meets no handler, so there must be none for TLS: a proxy ends that before the gateway.
        descriptor =
            try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { $0 }
    }

    /// Returns how many of the bytes the kernel has taken. An error is met again by the channel, which ends with it.
    func write(_ bytes: ByteBuffer, past channel: any Channel) -> Int {
        guard !isBehind, unfinished == 0, let descriptor, channel.isActive else { return 0 }
        return bytes.withUnsafeReadableBytes { bytes in
            while true {
                let count = send(descriptor, bytes.baseAddress, bytes.count, Self.flags)
                if count >= 0 { return count }
                if errno != EINTR { return 0 }
            }
        }
    }

    mutating func channelBegins() { unfinished += 1 }

    mutating func channelFinished() {
        unfinished -= 1
        isBehind = false
    }

    #if canImport(Glibc)
        /// No signal when the peer is gone.
        private static let flags = CInt(MSG_NOSIGNAL)
    #else
        private static let flags: CInt = 0
    #endif
}
