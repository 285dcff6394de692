import Logging
import NIOCore

/// Listens to the channels of a Redis Cluster, each at the node that holds its slot.
///
///     channel ──slot──▶ node's subscriber ──MOVED, unsubscribed, or a newer map──▶ another node's
///                           no map yet: homeless
///
/// A channel that changes nodes is told of by `onReconnect`: what was published between was heard by nobody here.
/// Lives on its event loop.
final class ClusterSubscriberCore: SubscriberCore, SlotKeeper {
    typealias Endpoint = RedisConfiguration.Endpoint

    /// Of looking for a newer map: while a node is lost, and always, for a node that is silent may have been replaced.
    private static let (urgently, regularly) = (TimeAmount.milliseconds(500), TimeAmount.seconds(5))

    private let configuration: RedisConfiguration
    private let topology: ClusterTopology
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let misconfiguration: RedisError?
    private let onMessages: @Sendable ([RedisMessage]) -> Void
    private let onReconnect: @Sendable ([String]?) -> Void

    private var map: SlotMap?
    private var nodes: [Endpoint: RedisSubscriberCore] = [:]
    /// Channels of which nobody knows yet where they are.
    private var homeless = SubscriptionLedger()
    private var watch: Scheduled<Void>?
    private var isStopped = false

    init(
        _ configuration: RedisConfiguration, _ topology: ClusterTopology, _ eventLoop: any EventLoop,
        _ logger: Logger,
        onMessages: @escaping @Sendable ([RedisMessage]) -> Void,
        onReconnect: @escaping @Sendable ([String]?) -> Void
    ) {
        self.configuration = configuration
        self.topology = topology
        self.eventLoop = eventLoop
        self.logger = logger
        self.onMessages = onMessages
        self.onReconnect = onReconnect
        misconfiguration = RedisDialer(configuration).misconfiguration
    }

    func start() {
        let core = NIOLoopBound(self, eventLoop: eventLoop)
        topology.start { [eventLoop] map in eventLoop.execute { core.value.learn(map) } }
        keepWatch(in: Self.regularly)
    }

    // MARK: What callers want

    func subscribe(
        _ channels: Set<String>, _ done: @escaping @Sendable (Result<Void, RedisError>) -> Void
    ) {
        if let refusal = isStopped ? RedisSubscriberCore.closed : misconfiguration {
            return done(.failure(refusal))
        }
        var limit: Scheduled<Void>?
        let call = SubscribeCall(channels) { result in
            limit?.cancel()
            done(result)
        }
        for (owner, channels) in Dictionary(grouping: channels, by: { owner(of: $0) }) {
            if let owner { node(at: owner).want(call, channels) } else { homeless.want(call, channels) }
        }
        guard !call.isDone else { return }
        let patience = TimeAmount(configuration.commandTimeout ?? configuration.connectTimeout)
        limit = eventLoop.assumeIsolated().scheduleTask(in: patience) {
            let reason = self.topology.lastFailure?.message ?? "not confirmed within the command time-out"
            call.finish(.failure(RedisError(.connection, reason, command: "SSUBSCRIBE")))
            self.withdraw(call)
        }
    }

    func unsubscribe(_ channels: [String]) {
        for node in nodes.values { node.unsubscribe(channels) }
        homeless.release(channels)
    }

    func withdraw(_ call: SubscribeCall) {
        for node in nodes.values { node.withdraw(call) }
        homeless.withdraw(call)
    }

    private func owner(of channel: String) -> Endpoint? { map?[HashSlot(of: channel)] }

    private func node(at endpoint: Endpoint) -> RedisSubscriberCore {
        if let node = nodes[endpoint] { return node }
        let configuration = configuration.node(at: endpoint)
        let node = RedisSubscriberCore(
            link: RedisLink(RedisDialer(configuration), eventLoop: eventLoop, logger: logger), configuration,
            logger,
            keeper: self, onMessages: onMessages, onReconnect: onReconnect)
        nodes[endpoint] = node
        node.start()
        return node
    }

    // MARK: The nodes' news

    func take(_ handed: [SubscriptionLedger.Handover], from endpoint: Endpoint) {
        guard !handed.isEmpty else { return }
        topology.refresh()
        for channel in handed {
            // Put off by the node that the map names: the map is old.
            guard let owner = owner(of: channel.channel), owner != endpoint else {
                homeless.adopt(channel)
                continue
            }
            node(at: owner).adopt(channel)
        }
    }

    func learn(_ redirection: Redirection) {
        guard !redirection.isForOnce else { return }
        map?.move(redirection.slot, to: redirection.endpoint)
    }

    func lost(_ endpoint: Endpoint) {
        topology.refresh(avoiding: endpoint)
        keepWatch(in: Self.urgently)
    }

    private func keepWatch(in delay: TimeAmount) {
        watch?.cancel()
        watch = eventLoop.assumeIsolated().scheduleTask(in: delay) {
            let lost = self.nodes.first { !$0.value.isReady }
            self.topology.refresh(avoiding: lost?.key)
            self.keepWatch(in: lost == nil ? Self.regularly : Self.urgently)
        }
    }

    private func learn(_ map: SlotMap) {
        guard !isStopped else { return }
        var moving = homeless.handOver { map[HashSlot(of: $0)] != nil }
        if map != self.map {
            self.map = map
            for (endpoint, node) in nodes { moving += node.handOver { map[HashSlot(of: $0)] != endpoint } }
            for (endpoint, node) in nodes where !map.masters.contains(endpoint) {
                nodes[endpoint] = nil
                _ = node.stop()
            }
        }
        for channel in moving {
            if let owner = owner(of: channel.channel) {
                node(at: owner).adopt(channel)
            } else {
                homeless.adopt(channel)
            }
        }
    }

    // MARK: The end

    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        watch?.cancel()
        for call in homeless.waitingCalls { call.finish(.failure(RedisSubscriberCore.closed)) }
        homeless = SubscriptionLedger()
        let ends = nodes.values.map { $0.stop() }
        nodes = [:]
        return .andAllComplete(ends, on: eventLoop)
    }
}
