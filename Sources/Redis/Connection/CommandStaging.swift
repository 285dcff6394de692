import NIOCore

/// Where callers on any thread leave their commands, encoded, for the event loop to take.
///
/// Held under one lock. The first caller after a drain schedules the next one; whoever comes before it runs
/// just adds bytes. So any number of concurrent callers cost one wake-up of the loop and one write to the
/// socket.
struct CommandStaging: Sendable {
    private(set) var bytes = ByteBuffer()
    private(set) var commands: ContiguousArray<PendingCommand> = []
    private var isDrainScheduled = false
    /// Staged, waiting and in flight, so that a slow Redis cannot fill this process.
    private(set) var pendingCount = 0
    private(set) var pendingBytes = 0
    /// Set by shutdown; nothing enters after it.
    var refusal: RedisError?

    let maxCount: Int
    let maxBytes: Int

    init(maxCount: Int, maxBytes: Int) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
    }

    /// Why `count` more commands may not enter, if so.
    func refuses(_ count: Int) -> RedisError? {
        if let refusal { return refusal }
        guard pendingCount + count <= maxCount, pendingBytes < maxBytes else {
            return RedisError(
                .overloaded, "\(pendingCount) commands (\(pendingBytes) bytes) are pending already")
        }
        return nil
    }

    /// Adds a command whose bytes `encode` writes.
    mutating func add(
        _ name: String, _ completion: PendingCommand.Completion, _ encode: (inout ByteBuffer) -> Void
    ) {
        let start = bytes.writerIndex
        encode(&bytes)
        let size = bytes.writerIndex - start
        commands.append(PendingCommand(completion: completion, name: name, byteCount: size))
        pendingCount += 1
        pendingBytes += size
    }

    /// True for the one caller that must schedule the drain.
    mutating func claimDrain() -> Bool {
        defer { isDrainScheduled = true }
        return !isDrainScheduled
    }

    /// Exchanges what is staged for the (empty) containers of the last drain, whose memory is used again.
    mutating func drain(
        into otherBytes: inout ByteBuffer, _ otherCommands: inout ContiguousArray<PendingCommand>
    ) {
        swap(&bytes, &otherBytes)
        swap(&commands, &otherCommands)
        isDrainScheduled = false
    }

    mutating func settled(count: Int, bytes: Int) {
        pendingCount -= count
        pendingBytes -= bytes
    }
}
