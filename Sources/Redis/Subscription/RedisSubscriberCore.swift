import Logging
import NIOCore

/// The half of `RedisSubscriber` that lives on the event loop: one connection. In a cluster, one of a node.
final class RedisSubscriberCore: RedisLinkOwner, SubscriberCore {
    /// Channels per SSUBSCRIBE, so that no single command or reply becomes large after a reconnect.
    private static let batch = 512

    private let link: RedisLink
    private let logger: Logger
    private let onMessages: @Sendable ([RedisMessage]) -> Void
    private let onReconnect: @Sendable ([String]?) -> Void
    private let endpoint: RedisConfiguration.Endpoint
    private weak var keeper: (any SlotKeeper)?
    private let isOfCluster: Bool
    private let replyTimeout: TimeAmount
    private let idleInterval: TimeAmount

    private var ledger = SubscriptionLedger()
    private var messages: [RedisMessage] = []
    private var isFlushScheduled = false
    private var wasLost = false
    private var isStopped = false
    private var health: Scheduled<Void>?

    /// Taken over from another node, where something may have been missed meanwhile.
    private var adopted: Set<String> = []
    /// Channels that the node no longer has, of one burst of reads.
    private var evicted: Set<String> = []
    /// SUNSUBSCRIBEs not yet answered: what else Redis unsubscribes, it does because the slot has moved.
    private var unsubscribing: [String: Int] = [:]

    /// - Parameter keeper: who takes the channels that this node has no longer; nil when it is no node of a cluster.
    init(
        link: RedisLink, _ configuration: RedisConfiguration, _ logger: Logger,
        keeper: (any SlotKeeper)? = nil,
        onMessages: @escaping @Sendable ([RedisMessage]) -> Void,
        onReconnect: @escaping @Sendable ([String]?) -> Void
    ) {
        self.link = link
        self.keeper = keeper
        isOfCluster = keeper != nil
        endpoint = configuration.endpoint
        self.logger = logger
        self.onMessages = onMessages
        self.onReconnect = onReconnect
        replyTimeout = TimeAmount(configuration.commandTimeout ?? configuration.connectTimeout)
        idleInterval = TimeAmount(configuration.idlePingInterval)
    }

    func start() { link.start(owner: self) }

    // MARK: What callers want

    func subscribe(
        _ channels: Set<String>, _ done: @escaping @Sendable (Result<Void, RedisError>) -> Void
    ) {
        if let refusal = isStopped ? Self.closed : link.misconfiguration { return done(.failure(refusal)) }
        var limit: Scheduled<Void>?
        let call = SubscribeCall(channels) { result in
            limit?.cancel()
            done(result)
        }
        ledger.want(call)
        guard !call.isDone else { return }
        limit = link.eventLoop.assumeIsolated().scheduleTask(in: replyTimeout) { self.giveUp(call) }
        scheduleFlush()
    }

    func unsubscribe(_ channels: [String]) {
        ledger.release(channels)
        scheduleFlush()
    }

    private func giveUp(_ call: SubscribeCall) {
        let error =
            link.isReady
            ? RedisError(.timeout, "not confirmed within the command time-out", command: "SSUBSCRIBE")
            : RedisError(
                .connection, link.lastFailure?.message ?? "still connecting to \(link.address)",
                command: "SSUBSCRIBE")
        refuse(call, error)
    }

    private func refuse(_ call: SubscribeCall, _ error: RedisError) {
        call.finish(.failure(error))
        ledger.withdraw(call)
        scheduleFlush()
    }

    /// Once per turn of the loop, so that a thousand callers make one write.
    private func scheduleFlush() {
        guard !isFlushScheduled, link.isReady else { return }
        isFlushScheduled = true
        link.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.flush()
        }
    }

    private func flush() {
        guard link.isReady else { return }
        let (subscribe, unsubscribe) = ledger.takeChanges()
        var bytes = ByteBuffer()
        for channels in inOneSlotEach(subscribe) {
            bytes.writeRESP("SSUBSCRIBE", channels, batch: Self.batch)
        }
        for channels in inOneSlotEach(unsubscribe) {
            bytes.writeRESP("SUNSUBSCRIBE", channels, batch: Self.batch)
        }
        if isOfCluster { for channel in unsubscribe { unsubscribing[channel, default: 0] += 1 } }
        if bytes.readableBytes > 0 { link.write(bytes) }
    }

    /// A cluster takes no command over several slots.
    private func inOneSlotEach(_ channels: [String]) -> [[String]] {
        guard isOfCluster, channels.count > 1 else { return [channels] }
        return Array(Dictionary(grouping: channels) { HashSlot(of: $0) }.values)
    }

    // MARK: The link's news

    func linkReady() {
        flush()
        announceIfBack()
        checkHealth(in: idleInterval, asked: nil)
    }

    func linkReceived(_ decoder: RESPDecoder) throws(RedisError) {
        try decoder.forEachPush { reply throws(RedisError) in try receive(&reply) }
    }

    private func receive(_ reply: inout ReplyCursor) throws(RedisError) {
        guard let count = reply.arrayCount() else { return try receiveStatus(reply.value()) }
        guard count >= 2, let kind = reply.text() else { throw Self.unexpected }
        switch kind {
        case "smessage":
            guard count == 3, let channel = reply.text(), let payload = reply.string() else {
                throw Self.unexpected
            }
            messages.append(RedisMessage(channel: channel, payload: payload))
        case "ssubscribe":
            guard let channel = reply.text() else { throw Self.unexpected }
            ledger.confirm(channel)
            announceIfBack()
        case "sunsubscribe": if isOfCluster, let channel = reply.text() { unsubscribed(channel) }
        // Nothing hangs on PING's answer beyond that it came.
        case "pong": break
        default: throw Self.unexpected
        }
    }

    private func receiveStatus(_ value: RESPValue) throws(RedisError) {
        // PING is answered by a status while nothing is subscribed.
        guard case .error(let text) = value else { return }
        if isOfCluster, let redirection = Redirection(text, asked: endpoint) { return moved(redirection) }
        let error = RedisError.server(text, command: "SSUBSCRIBE")
        // A cluster that is down: it is said again to the next connection.
        if error.isTransient { throw error }
        // An ACL, most likely. It does not say for which channel, so all that is unconfirmed is refused.
        for call in ledger.waitingCalls {
            refuse(call, error)
            keeper?.withdraw(call)
        }
        throw error
    }

    func linkReadComplete() {
        deliver()
        guard !evicted.isEmpty else { return }
        let channels = evicted
        evicted = []
        keeper?.take(ledger.handOver { channels.contains($0) }, from: endpoint)
    }

    private func deliver() {
        guard !messages.isEmpty else { return }
        let batch = messages
        messages = []
        messages.reserveCapacity(min(batch.count, 1024))
        onMessages(batch)
    }

    func linkLost(_ error: RedisError) {
        linkReadComplete()
        health?.cancel()
        wasLost = true
        unsubscribing = [:]
        ledger.connectionLost()
        keeper?.lost(endpoint)
    }

    private func announceIfBack() {
        guard wasLost || !adopted.isEmpty, ledger.isSettled else { return }
        let channels = wasLost ? (isOfCluster ? ledger.heldChannels : nil) : Array(adopted)
        wasLost = false
        adopted = []
        // Behind the messages that came before the last confirmation.
        deliver()
        onReconnect(channels)
    }

    // MARK: Slots that move

    var isReady: Bool { link.isReady }

    func want(_ call: SubscribeCall, _ channels: [String]) {
        ledger.want(call, channels)
        scheduleFlush()
    }

    func withdraw(_ call: SubscribeCall) {
        ledger.withdraw(call)
        scheduleFlush()
    }

    func adopt(_ handed: SubscriptionLedger.Handover) {
        ledger.adopt(handed)
        if handed.isHeld { adopted.insert(handed.channel) }
        scheduleFlush()
    }

    func handOver(where isMoving: (String) -> Bool) -> [SubscriptionLedger.Handover] {
        ledger.handOver(where: isMoving)
    }

    private func unsubscribed(_ channel: String) {
        guard let count = unsubscribing[channel] else {
            evicted.insert(channel)
            return
        }
        unsubscribing[channel] = count > 1 ? count - 1 : nil
    }

    private func moved(_ redirection: Redirection) {
        unsubscribing = unsubscribing.filter { HashSlot(of: $0.key) != redirection.slot }
        keeper?.learn(redirection)
        keeper?.take(ledger.handOver { HashSlot(of: $0) == redirection.slot }, from: endpoint)
    }

    // MARK: Health

    /// Redis says nothing by itself when nothing is published; a dead connection says nothing either. So
    /// after a silence it is asked, and `asked` is when.
    private func checkHealth(in delay: TimeAmount, asked: NIODeadline?) {
        health = link.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            if let asked, self.link.lastRead < asked {
                return self.link.abandon(RedisError(.timeout, "no answer to PING", command: "PING"))
            }
            let silence = NIODeadline.now() - self.link.lastRead
            guard silence >= self.idleInterval else {
                return self.checkHealth(in: self.idleInterval - silence, asked: nil)
            }
            var bytes = ByteBuffer()
            bytes.writeRESP(["PING"])
            self.link.write(bytes)
            self.checkHealth(in: self.replyTimeout, asked: .now())
        }
    }

    // MARK: The end

    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        health?.cancel()
        for call in ledger.waitingCalls { call.finish(.failure(Self.closed)) }
        ledger = SubscriptionLedger()
        return link.stop()
    }

    static let closed = RedisError(.closed, "the subscriber was shut down")
    private static let unexpected = RedisError(.protocolViolation, "no reply of a subscribed connection")
}

extension ByteBuffer {
    fileprivate mutating func writeRESP(_ command: String, _ channels: [String], batch: Int) {
        var rest = channels[...]
        while !rest.isEmpty {
            let part = rest.prefix(batch)
            rest = rest.dropFirst(batch)
            writeRESPHeader(UInt8(ascii: "*"), 1 + part.count)
            writeRESP(command)
            for channel in part { writeRESP(channel) }
        }
    }
}
