import NIOConcurrencyHelpers
import NIOCore

/// The half of `RedisClient` that lives on the event loop: what is waiting, what is in flight, and one timer
/// for the oldest of both.
final class RedisClientCore: RedisLinkOwner {
    private let link: RedisLink
    private let staging: NIOLockedValueBox<CommandStaging>
    private let commandTimeout: TimeAmount?
    /// For commands that have no connection to go to: from the call, and from the loss of the last connection.
    private let waitTimeout: TimeAmount
    private let patience: TimeAmount?
    /// Since when there is no connection; nil before the first one, too.
    private var downSince: NIODeadline?

    private var inFlight = CommandQueue()
    private var waiting = CommandQueue()
    private var waitingBytes = ByteBuffer()
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?

    /// Containers of the last drain, for the next one.
    private var drainedBytes = ByteBuffer()
    private var drainedCommands: ContiguousArray<PendingCommand> = []

    private var isStopping = false
    private var onStopped: [@Sendable () -> Void] = []

    init(link: RedisLink, staging: NIOLockedValueBox<CommandStaging>, _ configuration: RedisConfiguration) {
        self.link = link
        self.staging = staging
        commandTimeout = configuration.commandTimeout.map { TimeAmount($0) }
        waitTimeout = TimeAmount(configuration.commandTimeout ?? configuration.connectTimeout)
        patience = configuration.commandTimeout.map { _ in TimeAmount(configuration.reconnectPatience) }
    }

    func start() { link.start(owner: self) }

    /// Takes all that is staged and writes it, or keeps it until there is a connection.
    func drain() {
        staging.withLockedValue { $0.drain(into: &drainedBytes, &drainedCommands) }
        let now = NIODeadline.now()
        if link.isReady {
            let deadline = commandTimeout.map { now + $0 } ?? .distantFuture
            take(into: &inFlight, deadline: deadline)
            link.write(drainedBytes)
        } else {
            take(into: &waiting, deadline: deadlineOfWaiting(from: now))
            waitingBytes.writeBuffer(&drainedBytes)
            if let error = link.misconfiguration { waiting.failAll(error) }
        }
        recycle()
        settle()
        armTimer()
    }

    private func take(into queue: inout CommandQueue, deadline: NIODeadline) {
        for var command in drainedCommands {
            command.deadline = deadline
            queue.append(command)
        }
        drainedCommands.removeAll(keepingCapacity: true)
    }

    private func deadlineOfWaiting(from now: NIODeadline) -> NIODeadline {
        guard let downSince, let patience else { return now + waitTimeout }
        return min(now + waitTimeout, max(now, downSince + patience))
    }

    private func recycle() {
        // A burst's memory is given back; so is memory that the channel still holds, by `clear`.
        if drainedBytes.capacity > 1 << 20 { drainedBytes = ByteBuffer() } else { drainedBytes.clear() }
    }

    private func settle() {
        let (count, bytes) = [inFlight.takeSettled(), waiting.takeSettled()]
            .reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.bytes) }
        if count > 0 { staging.withLockedValue { $0.settled(count: count, bytes: bytes) } }
    }

    // MARK: The link's news

    func linkReady() {
        downSince = nil
        guard !waiting.isEmpty else { return }
        // The whole time-out, as patience may have left them a moment only.
        let deadline = commandTimeout.map { .now() + $0 } ?? NIODeadline.distantFuture
        waiting.move(to: &inFlight, deadline: deadline)
        link.write(waitingBytes)
        waitingBytes = ByteBuffer()
        armTimer()
    }

    func linkReceived(_ decoder: RESPDecoder) throws(RedisError) {
        inFlight.settle(first: decoder.replyCount)
        settle()
        try decoder.forEachReply { reply throws(RedisError) in
            guard inFlight.answer(reply) else {
                throw RedisError(.protocolViolation, "a reply that nobody asked for")
            }
        }
        if isStopping { finishStopping() }
    }

    func linkReadComplete() {}

    func linkLost(_ error: RedisError) {
        downSince = .now()
        let code: RedisError.Code = error.code == .protocolViolation ? .protocolViolation : .connection
        inFlight.failAll(
            RedisError(
                code, "the connection was lost before the reply: \(error.message)", outcomeUnknown: true))
        settle()
        if isStopping { finishStopping() }
    }

    // MARK: Time

    private func armTimer() {
        guard let deadline = nextDeadline, deadline < timer?.deadline ?? .distantFuture else { return }
        timer?.task.cancel()
        let task = link.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.expire(at: .now())
            self.armTimer()
        }
        timer = (deadline, task)
    }

    private var nextDeadline: NIODeadline? {
        let next = [inFlight.nextDeadline, waiting.nextDeadline, silenceDeadline].compactMap { $0 }.min()
        return next == .distantFuture ? nil : next
    }

    /// When a connection that owes replies and says nothing at all counts as dead. A busy server is given
    /// twice the command time-out, for whoever waits meanwhile has timed out anyway.
    private var silenceDeadline: NIODeadline? {
        guard let commandTimeout, let oldest = inFlight.oldestDeadline else { return nil }
        return max(link.lastRead, oldest - commandTimeout) + commandTimeout * 2
    }

    private func expire(at now: NIODeadline) {
        inFlight.abandonExpired(
            at: now, RedisError(.timeout, "no reply within the command time-out", outcomeUnknown: true))
        let reason = link.lastFailure?.message ?? "still connecting to \(link.address)"
        let unsent = waiting.removeExpired(
            at: now, RedisError(.connection, "not connected to Redis, nothing was sent: \(reason)"))
        waitingBytes.moveReaderIndex(forwardBy: unsent)
        settle()
        if let silenceDeadline, silenceDeadline <= now {
            link.abandon(RedisError(.timeout, "Redis has been silent for too long"))
        }
        if isStopping { finishStopping() }
    }

    // MARK: The end

    func stop(_ stopped: @escaping @Sendable () -> Void) {
        onStopped.append(stopped)
        if !isStopping {
            drain()
            isStopping = true
        }
        finishStopping()
    }

    /// Once nobody in flight is awaited, or may never be answered.
    private func finishStopping() {
        let isWorthWaiting = link.isReady && inFlight.nextDeadline != nil && commandTimeout != nil
        guard !isWorthWaiting, !onStopped.isEmpty else { return }
        timer?.task.cancel()
        let end = RedisError(.closed, "the client was shut down")
        waiting.failAll(end)
        inFlight.failAll(RedisError(.closed, end.message, outcomeUnknown: true))
        let callbacks = onStopped
        onStopped = []
        link.stop().assumeIsolated().whenComplete { _ in
            for callback in callbacks { callback() }
        }
    }
}
