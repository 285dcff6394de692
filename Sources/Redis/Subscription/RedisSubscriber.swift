import Logging
import NIOCore

/// A message that Redis published on a channel. Its payload shares memory with the messages that came in
/// the same read: copy it to keep it for long.
package struct RedisMessage: Sendable, Equatable {
    package let channel: String
    package let payload: ByteBuffer

    package init(channel: String, payload: ByteBuffer) {
        self.channel = channel
        self.payload = payload
    }
}

/// Receives what is published on the channels it is subscribed to, on a connection of its own.
///
/// After a lost connection it reconnects, subscribes to everything again, and then calls `onReconnect`: what
/// was published in between is gone (Redis keeps nothing), so whoever needs it must look it up elsewhere.
/// A connection that has gone silent is found by PING.
///
/// Its channels are sharded (`SSUBSCRIBE`, `SPUBLISH`). In a Redis Cluster it has a connection to each node that holds
/// one of them, and follows a slot that moves; `onReconnect` is then called for its channels alone.
///
/// Who wants a channel how often is the caller's business: a channel is subscribed or not.
/// `shutdown()` must be called before the subscriber goes.
package final class RedisSubscriber: Sendable {
    /// Where the callbacks run.
    package let eventLoop: any EventLoop
    private let core: NIOLoopBoundBox<any SubscriberCore>
    private let topology: ClusterTopology?

    /// - Parameters:
    ///   - onMessages: called on `eventLoop` with all messages of one burst of reads, in order. It must not
    ///     block: Redis cuts off a subscriber that does not read (`client-output-buffer-limit pubsub`).
    ///   - onReconnect: called on `eventLoop` when channels are subscribed again after a lost connection, or elsewhere in
    ///     a cluster; with those that may have missed something, nil meaning all.
    package init(
        _ configuration: RedisConfiguration, group: any EventLoopGroup, logger: Logger,
        onMessages: @escaping @Sendable ([RedisMessage]) -> Void,
        onReconnect: @escaping @Sendable ([String]?) -> Void
    ) {
        eventLoop = group.next()
        if configuration.isCluster {
            let topology = ClusterTopology(configuration, eventLoop: eventLoop, logger: logger)
            self.topology = topology
            core = .makeBoxSendingValue(
                ClusterSubscriberCore(
                    configuration, topology, eventLoop, logger, onMessages: onMessages,
                    onReconnect: onReconnect),
                eventLoop: eventLoop)
            eventLoop.execute { [core] in core.value.start() }
            return
        }
        topology = nil
        let link = RedisLink(RedisDialer(configuration), eventLoop: eventLoop, logger: logger)
        core = .makeBoxSendingValue(
            RedisSubscriberCore(
                link: link, configuration, logger, onMessages: onMessages, onReconnect: onReconnect),
            eventLoop: eventLoop)
        eventLoop.execute { [core] in core.value.start() }
    }

    /// Returns once Redis has confirmed all `channels`: what is published from then on is received.
    ///
    /// Throws `.timeout` or `.connection` after the command time-out, and `.server` when Redis refuses; then those
    /// of the channels that were not subscribed before, and that no other call awaits, are not subscribed.
    package func subscribe(_ channels: [String]) async throws(RedisError) {
        let names = Set(channels)
        guard !names.isEmpty else { return }
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<Void, RedisError>, Never>) in
            eventLoop.execute { [core] in
                core.value.subscribe(names) { continuation.resume(returning: $0) }
            }
        }
        try result.get()
    }

    /// Messages already under way may still come.
    package func unsubscribe(_ channels: [String]) {
        eventLoop.execute { [core] in core.value.unsubscribe(channels) }
    }

    /// Closes the connection; calls that wait fail with `.closed`. No callback comes after it.
    package func shutdown() async {
        await topology?.shutdown()
        await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
            eventLoop.execute { [core] in
                core.value.stop().assumeIsolated().whenComplete { _ in done.resume() }
            }
        }
    }
}
