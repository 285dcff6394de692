import Logging
import Metrics
import NIOConcurrencyHelpers
import NIOCore
import Redis

/// Broadcast from Redis to the sessions of this process.
///
///     Redis ──PUBLISH──▶ subscriber loop ──one batch per shard──▶ shard ──one frame──▶ members
///
/// One connection listens to the streams that somebody here wants. What one read brings is handed to each
/// event loop in one hop, and each frame is encoded once per loop and identifier, not per session.
package final class Hub: Sendable {
    private let shards: [(loop: any EventLoop, shard: NIOLoopBound<Shard>)]
    private let subscriber: RedisSubscriber
    private let interest = NIOLockedValueBox(Interest())
    private let linger: TimeAmount
    private let logger: Logger

    /// - Parameters:
    ///   - encode: turns a text into what members are given; for sockets, a WebSocket frame.
    ///   - onGap: Redis was away, so publications may have been missed; called once it is listened to again.
    ///   - linger: how long a stream without members stays subscribed.
    package init(
        redis: RedisConfiguration, group: any EventLoopGroup, linger: TimeAmount = .seconds(5),
        logger: Logger,
        encode: @escaping @Sendable (ByteBuffer) -> ByteBuffer, onGap: @escaping @Sendable () -> Void
    ) async throws {
        var shards: [(any EventLoop, NIOLoopBound<Shard>)] = []
        for loop in group.makeIterator() {
            shards.append(
                try await loop.submit {
                    (loop, NIOLoopBound(Shard(eventLoop: loop, encode: encode), eventLoop: loop))
                }.get())
        }
        self.shards = shards
        self.linger = linger
        self.logger = logger
        let interest = self.interest
        subscriber = RedisSubscriber(
            redis, group: group, logger: logger,
            onMessages: { [shards] messages in Hub.dispatch(messages, to: shards, interest, logger) },
            onReconnect: onGap)
    }

    /// Adds a member, on its own loop; `completion` is called there once no publication can be missed any more
    /// (`true`), or when Redis could not be asked (`false`; the member is not added).
    package func join(
        _ stream: String, as identifier: String, _ member: NIOLoopBound<any StreamMember>,
        on loop: any EventLoop,
        _ completion: @escaping @Sendable (Bool) -> Void
    ) {
        let shard = shard(of: loop)
        let joined: @Sendable (Bool) -> Void = { isListening in
            loop.execute {
                if isListening { shard.value.add(member.value, to: stream, as: identifier) }
                completion(isListening)
            }
        }
        switch interest.withLockedValue({ $0.join(stream, joined) }) {
        case .ready: joined(true)
        case .wait: break
        case .subscribe: listen(stream)
        }
    }

    /// Removes a member, on its own loop. Call it once for each completed join.
    package func leave(
        _ stream: String, as identifier: String, _ member: any StreamMember, on loop: any EventLoop
    ) {
        guard shard(of: loop).value.remove(member, from: stream, as: identifier) else { return }
        guard let generation = interest.withLockedValue({ $0.leave(stream) }) else { return }
        loop.scheduleTask(in: linger) { [interest, subscriber] in
            // Under the lock, so that no join can come between the decision and the command.
            interest.withLockedValue { interest in
                if interest.lingered(stream, generation) { subscriber.unsubscribe([stream]) }
            }
        }
    }

    package func shutdown() async { await subscriber.shutdown() }

    private func listen(_ stream: String) {
        Task {
            var succeeded = true
            do {
                try await subscriber.subscribe([stream])
            } catch {
                succeeded = false
                logger.warning("could not listen to a stream", metadata: ["error": "\(error)"])
            }
            for waiter in interest.withLockedValue({ $0.subscribed(stream, succeeded) }) { waiter(succeeded) }
        }
    }

    private func shard(of loop: any EventLoop) -> NIOLoopBound<Shard> {
        guard let found = shards.first(where: { $0.loop === loop }) else {
            preconditionFailure("a session's event loop is not one of the hub's")
        }
        return found.shard
    }

    private static func dispatch(
        _ messages: [RedisMessage], to shards: [(loop: any EventLoop, shard: NIOLoopBound<Shard>)],
        _ interest: NIOLockedValueBox<Interest>, _ logger: Logger
    ) {
        let publications = messages.compactMap { message in
            Publication(message.payload).map { (stream: message.channel, publication: $0) }
        }
        if publications.count < messages.count {
            logger.warning("something that is no publication was published")
        }
        for (loop, shard) in shards {
            loop.execute { shard.value.deliver(publications) }
        }
    }
}
