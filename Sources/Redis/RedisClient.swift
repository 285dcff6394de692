import Logging
import NIOConcurrencyHelpers
import NIOCore

/// One connection to Redis that all callers share, from any thread; it reconnects by itself.
///
///     callers ──encode under one lock──▶ staging ──one drain──▶ in flight ──replies in order──▶ callers
///                                                    └─ not connected: waiting ─┘
///
/// However many callers there are, they cost one wake-up of the event loop and one write. A command is sent
/// at most once: when the socket dies, commands in flight fail with `.connection` and `outcomeUnknown`.
/// Commands issued while there is no connection wait for it, as long as one may come soon
/// (`RedisConfiguration.reconnectPatience`), and then fail at once.
///
/// Of a Redis Cluster it is the front of all nodes' clients (`RedisCluster`), and its own connection is never opened.
///
/// Cancelling a task does not withdraw its command. `shutdown()` must be called before the client goes.
package final class RedisClient: Sendable {
    /// Where completions run. Callers on this loop pay no wake-up at all.
    package let eventLoop: any EventLoop
    private let staging: NIOLockedValueBox<CommandStaging>
    private let core: NIOLoopBoundBox<RedisClientCore>
    let cluster: RedisCluster?

    /// Starts to connect; commands may be issued at once.
    /// - Parameter group: one of its loops serves the connection; an `EventLoop` is a group of itself.
    package init(_ configuration: RedisConfiguration, group: any EventLoopGroup, logger: Logger) {
        eventLoop = group.next()
        staging = NIOLockedValueBox(
            CommandStaging(
                maxCount: configuration.maxPendingCommands, maxBytes: configuration.maxPendingBytes))
        let link = RedisLink(RedisDialer(configuration), eventLoop: eventLoop, logger: logger)
        core = .makeBoxSendingValue(
            RedisClientCore(link: link, staging: staging, configuration), eventLoop: eventLoop)
        cluster =
            configuration.isCluster
            ? RedisCluster(configuration, eventLoop: eventLoop, logger: logger) : nil
        if cluster == nil { eventLoop.execute { [core] in core.value.start() } }
    }

    /// Issues `command` and returns Redis's reply; an error reply is thrown as `.server`.
    package func send(_ command: RedisCommand) async throws(RedisError) -> RESPValue {
        if let cluster { return try await cluster.send(command) }
        return try await roundTrip(command.name) { $0.writeRESP(command) }
    }

    /// Issues `command`; `completion` is called once, on `eventLoop`, with what `send` would give.
    package func submit(
        _ command: RedisCommand,
        _ completion: @escaping @Sendable (Result<RESPValue, RedisError>) -> Void
    ) {
        if let cluster { return cluster.submit(command, completion) }
        stage(command.name, .callback(completion)) { $0.writeRESP(command) }
    }

    /// Issues all commands in one write, next to each other (so MULTI … EXEC may be among them), and returns
    /// their replies in order. Error replies are values here. In a cluster their keys must lie in one slot.
    package func pipeline(_ commands: [RedisCommand]) async throws(RedisError) -> [RESPValue] {
        guard !commands.isEmpty else { return [] }
        if let cluster { return try await cluster.pipeline(commands) }
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<[RESPValue], RedisError>, Never>) in
            let replies = PipelineReplies(commands.count, continuation)
            let (refusal, mustDrain) = staging.withLockedValue { staging in
                if let refusal = staging.refuses(commands.count) { return (refusal as RedisError?, false) }
                for command in commands {
                    staging.add(command.name, .pipeline(replies)) { $0.writeRESP(command) }
                }
                return (nil, staging.claimDrain())
            }
            if let refusal { return continuation.resume(returning: .failure(refusal)) }
            if mustDrain { scheduleDrain() }
        }
        return try result.get()
    }

    /// All that hold data, by address: the masters of a cluster, or this one. Their clients live as long as this one.
    package func nodes() async throws(RedisError) -> [(address: String, client: RedisClient)] {
        guard let cluster else { return [("", self)] }
        return try await cluster.masters().map { ("\($0.endpoint)", $0.client) }
    }

    /// Stops taking commands (`.closed`), waits for those in flight (at most the command time-out; not at all
    /// for a client without one), fails the rest, and closes the socket. May be called more than once.
    package func shutdown() async {
        staging.withLockedValue {
            $0.refusal = RedisError(.closed, "the client was shut down")
        }
        await cluster?.shutdown()
        await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
            eventLoop.execute { [core] in core.value.stop { done.resume() } }
        }
    }

    func roundTrip(
        _ name: String, _ encode: (inout ByteBuffer) -> Void
    ) async throws(RedisError) -> RESPValue {
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<RESPValue, RedisError>, Never>) in
            stage(name, .continuation(continuation), encode)
        }
        return try result.get()
    }

    /// - Parameter asking: puts ASKING before it, for a slot that is on its way to this node.
    func stage(
        _ name: String, asking: Bool = false, _ completion: PendingCommand.Completion,
        _ encode: (inout ByteBuffer) -> Void
    ) {
        let (refusal, mustDrain) = staging.withLockedValue { staging in
            if let refusal = staging.refuses(1) { return (refusal as RedisError?, false) }
            if asking { staging.add("ASKING", .callback { _ in }) { $0.writeRESP(["ASKING"]) } }
            staging.add(name, completion, encode)
            return (nil, staging.claimDrain())
        }
        if let refusal {
            // By way of the loop: a completion is promised to run there, and never inside `submit`.
            let refused = PendingCommand(completion: completion, name: name, byteCount: 0)
            eventLoop.execute { refused.fail(refusal) }
        } else if mustDrain {
            scheduleDrain()
        }
    }

    private func scheduleDrain() {
        eventLoop.execute { [core] in core.value.drain() }
    }
}
