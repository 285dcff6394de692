import Logging
import Metrics
import NIOConcurrencyHelpers
import NIOCore
import Redis

/// Puts what Redis publishes in order, fills its holes from history, and hands it to the shards.
final class HubNews: Sendable {
    /// Streams whose history is read at the same time after Redis was away.
    private static let repairsAtOnce = 256

    let interest = NIOLockedValueBox(Interest())
    private let shards: [(loop: any EventLoop, shard: NIOLoopBound<Shard>)]
    private let gathered = NIOLockedValueBox(StreamBatches())
    private let patience = NIOLockedValueBox(Patience())
    private let timer: any EventLoop
    private let repairs: Gate
    private let logger: Logger
    private let holes = Counter(label: "gateway.streams.holes")
    private let resets = Counter(label: "gateway.streams.resets")

    init(
        shards: [(loop: any EventLoop, shard: NIOLoopBound<Shard>)], timer: any EventLoop, logger: Logger
    ) {
        self.shards = shards
        self.timer = timer
        self.logger = logger
        repairs = Gate(limit: Self.repairsAtOnce)
    }

    func received(_ messages: [RedisMessage]) {
        var strangers = 0
        var broken: [String] = []
        interest.withLockedValue { interest in
            var batches = StreamBatches()
            for message in messages {
                guard let publication = Publication(message.payload) else {
                    strangers += 1
                    continue
                }
                switch interest.receive(publication, on: message.channel) {
                case .pass where publication.kind == .patient: wait(publication, on: message.channel)
                case .pass: batches.add(publication, to: message.channel)
                case .hold(let repair): if repair { broken.append(message.channel) }
                case .drop: break
                }
            }
            hand(ready(batches, &interest))
        }
        if strangers > 0 { logger.warning("something that is no publication was published") }
        repair(broken)
    }

    /// Redis was away, or a stream is elsewhere in the cluster, and all are subscribed again: whatever was published
    /// meanwhile is in history.
    /// - Parameter channels: nil is all.
    func reconnected(_ channels: [String]?) { repair(interest.withLockedValue { $0.suspect(channels) }) }

    func learn(_ position: StreamPosition, of channel: String) {
        if interest.withLockedValue({ $0.learn(position, of: channel) }) { repair([channel]) }
    }

    func stop() { interest.withLockedValue { $0 = Interest() } }

    /// Keeps back for a moment what comes in bursts to many; returns the rest. Under the lock.
    private func ready(_ batches: StreamBatches, _ interest: inout Interest) -> [StreamBatch] {
        let now = NIODeadline.now()
        return gathered.withLockedValue { gathered in
            batches.all.filter { batch in
                let waits =
                    gathered.has(batch.channel)
                    || interest.gathers(batch.channel, batch.publications.count, at: now)
                guard waits else { return true }
                if gathered.all.isEmpty { timer.scheduleTask(in: Burst.wait) { self.handGathered() } }
                for publication in batch.publications { gathered.add(publication, to: batch.channel) }
                return false
            }
        }
    }

    private func handGathered() {
        interest.withLockedValue { interest in
            let (batches, now) = (takeGathered(), NIODeadline.now())
            for batch in batches { interest.gathered(batch.channel, batch.publications.count, at: now) }
            hand(batches)
        }
    }

    private func takeGathered() -> [StreamBatch] {
        gathered.withLockedValue { $0.takeAll() }
    }

    /// Under the lock.
    private func wait(_ publication: Publication, on channel: String) {
        guard patience.withLockedValue({ $0.keep(publication, of: channel) }) else { return }
        timer.scheduleTask(in: Patience.wait) {
            self.interest.withLockedValue { _ in self.hand(self.patience.withLockedValue { $0.end() }) }
        }
    }

    /// Under the lock, so that every shard gets the batches of a stream in the same order.
    private func hand(_ batches: [StreamBatch]) {
        guard !batches.isEmpty else { return }
        let batches = patience.withLockedValue { $0.join(batches) }
        for (loop, shard) in shards { loop.execute { shard.value.deliver(batches) } }
    }

    // MARK: Repair

    private func repair(_ channels: [String]) {
        holes.increment(by: channels.count)
        for channel in channels {
            Task {
                await repairs.enter()
                await repair(channel)
                repairs.leave()
            }
        }
    }

    /// Tries until history can be read, or nobody wants the stream any more.
    private func repair(_ channel: String) async {
        var wait = Duration.milliseconds(50)
        while let (stream, position) = interest.withLockedValue({ $0.broken(channel) }) {
            do {
                let opening = try await stream.open(.position(position))
                if repaired(channel, opening) { return }
                wait = .milliseconds(50)
            } catch {
                logger.warning("a stream's history could not be read", metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: wait) } catch { return }
                wait = min(wait * 2, .seconds(5))
            }
        }
    }

    /// Returns whether the stream is in step again.
    private func repaired(_ channel: String, _ opening: StreamOpening) -> Bool {
        interest.withLockedValue { interest in
            guard let repaired = interest.repaired(channel, opening) else { return true }
            if repaired.isReset { resets.increment() }
            if repaired.isReset || !repaired.publications.isEmpty {
                hand(takeGathered())
                hand([
                    StreamBatch(
                        channel: channel, publications: repaired.publications, isReset: repaired.isReset)
                ])
            }
            return !repaired.isIncomplete
        }
    }
}
