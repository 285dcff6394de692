import Logging
import NIOConcurrencyHelpers
import NIOCore
import Redis

/// Broadcast from Redis to the sessions of this process.
///
///     Redis ──PUBLISH──▶ subscriber loop ──in order, holes filled──▶ shard ──one frame──▶ members
///
/// One connection listens to the streams that somebody here wants. What one read brings is put in order, handed to
/// each event loop in one hop, and each frame is encoded once per loop and key, not per session.
package final class Hub: Sendable {
    private let shards: [(loop: any EventLoop, shard: NIOLoopBound<Shard>)]
    private let executors: [LoopExecutor]
    private let subscriber: RedisSubscriber
    private let news: HubNews
    private let linger: TimeAmount
    private let logger: Logger

    /// - Parameters:
    ///   - linger: how long a stream without members stays subscribed.
    ///   - frameHeader: what stands before each text that members are given; for sockets, a WebSocket frame's header.
    package init(
        redis: RedisConfiguration, group: any EventLoopGroup, linger: TimeAmount = .seconds(5),
        logger: Logger, frameHeader: @escaping FrameHeaderWriter
    ) async throws {
        var shards: [(any EventLoop, NIOLoopBound<Shard>)] = []
        for loop in group.makeIterator() {
            shards.append(
                try await loop.submit {
                    let shard = Shard(eventLoop: loop, frameHeader: frameHeader)
                    return (loop, NIOLoopBound(shard, eventLoop: loop))
                }.get())
        }
        self.shards = shards
        executors = shards.map { LoopExecutor($0.0) }
        self.linger = linger
        self.logger = logger
        let news = HubNews(shards: shards, timer: group.next(), logger: logger)
        self.news = news
        subscriber = RedisSubscriber(
            redis, group: group, logger: logger,
            onMessages: { news.received($0) }, onReconnect: { news.reconnected() })
    }

    /// Adds a member, on its own loop; `completion` is called there once no publication can be missed any more
    /// (`true`), or when Redis could not be asked (`false`; the member is not added).
    ///
    /// From then on publications wait for the member, until `goLive`.
    package func join(
        _ stream: any RecoverableStream, as key: StreamKey, _ member: NIOLoopBound<any StreamMember>,
        on loop: any EventLoop, _ completion: @escaping @Sendable (Bool) -> Void
    ) {
        let shard = shard(of: loop)
        let joined: @Sendable (Bool) -> Void = { isListening in
            loop.execute {
                if isListening { shard.value.add(member.value, to: stream, as: key) }
                completion(isListening)
            }
        }
        switch news.interest.withLockedValue({ $0.join(stream, joined) }) {
        case .ready: joined(true)
        case .wait: break
        case .subscribe: listen(stream.channel, on: loop)
        }
    }

    /// Makes publications wait for a live member again, as history is read for it.
    package func hold(
        _ member: any StreamMember, of stream: any RecoverableStream, as key: StreamKey,
        on loop: any EventLoop
    ) {
        shard(of: loop).value.hold(member, of: stream.channel, as: key)
    }

    /// What the member has been given reaches up to `position`: it gets what came since, and then what is live.
    ///
    /// Returns false when too much came meanwhile, or the stream was reset: the member has to load anew.
    package func goLive(
        _ member: any StreamMember, on stream: any RecoverableStream, as key: StreamKey,
        from position: StreamPosition, on loop: any EventLoop
    ) -> Bool {
        news.learn(position, of: stream.channel)
        return shard(of: loop).value.goLive(member, on: stream.channel, as: key, from: position)
    }

    /// Removes a member, on its own loop. Call it once for each completed join.
    package func leave(
        _ stream: any RecoverableStream, as key: StreamKey, _ member: any StreamMember, on loop: any EventLoop
    ) {
        let channel = stream.channel
        guard shard(of: loop).value.remove(member, from: channel, as: key) else { return }
        guard let generation = news.interest.withLockedValue({ $0.leave(channel) }) else { return }
        loop.scheduleTask(in: linger) { [news, subscriber] in
            // Under the lock, so that no join can come between the decision and the command.
            news.interest.withLockedValue { interest in
                if interest.lingered(channel, generation) { subscriber.unsubscribe([channel]) }
            }
        }
    }

    package func shutdown() async {
        news.stop()
        await subscriber.shutdown()
    }

    private func listen(_ channel: String, on loop: any EventLoop) {
        Task(executorPreference: executors[index(of: loop)]) { [news, subscriber, logger] in
            var succeeded = true
            do {
                try await subscriber.subscribe([channel])
            } catch {
                succeeded = false
                logger.warning("could not listen to a stream", metadata: ["error": "\(error)"])
            }
            let waiters = news.interest.withLockedValue { $0.subscribed(channel, succeeded) }
            for waiter in waiters { waiter(succeeded) }
        }
    }

    private func shard(of loop: any EventLoop) -> NIOLoopBound<Shard> { shards[index(of: loop)].shard }

    private func index(of loop: any EventLoop) -> Int {
        guard let index = shards.firstIndex(where: { $0.loop === loop }) else {
            preconditionFailure("a session's event loop is not one of the hub's")
        }
        return index
    }
}
