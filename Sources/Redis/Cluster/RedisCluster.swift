import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The nodes of a Redis Cluster, each behind a client of its own, and the way of a command to the right one.
///
///     command ──first key's slot──▶ node's client ──reply──▶ caller
///        ▲                              │
///        └── MOVED, ASK: there at once ─┴─ TRYAGAIN, CLUSTERDOWN: a little later, until the time-out
///
/// Only what a node has refused, or what was never sent, goes out again; so a command still runs at most once. A node
/// that is lost is the business of its own client, which reconnects; meanwhile the map is asked for anew, and commands
/// go to whoever has taken over as soon as it says so.
final class RedisCluster: Sendable {
    typealias Endpoint = RedisConfiguration.Endpoint
    typealias Reply = @Sendable (Result<RESPValue, RedisError>) -> Void

    let eventLoop: any EventLoop
    let topology: ClusterTopology
    private let configuration: RedisConfiguration
    private let logger: Logger
    private let patience: TimeAmount
    private let state = NIOLockedValueBox(State())

    private struct State: Sendable {
        var map: SlotMap?
        var clients: [Endpoint: RedisClient] = [:]
        /// Commands issued before the first map.
        var waiting: [ClusterTrip] = []
        var isStopped = false
    }

    init(_ configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        patience = TimeAmount(configuration.commandTimeout ?? configuration.connectTimeout)
        topology = ClusterTopology(configuration, eventLoop: eventLoop, logger: logger)
        topology.start { [weak self] map in self?.learn(map) }
    }

    /// - Parameter issue: sends the command to a node, with ASKING before it if it is told so.
    func submit(
        _ slot: HashSlot?, _ name: String, _ reply: @escaping Reply, _ issue: @escaping ClusterTrip.Issue
    ) {
        let now = NIODeadline.now()
        go(
            ClusterTrip(
                slot: slot, name: name, deadline: now + patience,
                hopesUntil: now + TimeAmount(configuration.reconnectPatience), issue: issue, reply: reply))
    }

    /// Clients of all nodes that hold slots.
    func masters() async throws(RedisError) -> [(endpoint: Endpoint, client: RedisClient)] {
        // Waits for the first map, if need be, and is otherwise of no interest.
        if state.withLockedValue({ $0.map == nil }) { _ = try await send(["PING"]) }
        return state.withLockedValue { state in
            (state.map?.masters ?? []).map { ($0, client(at: $0, &state)) }
        }
    }

    /// Who holds the slot now; anybody, for none.
    func node(of slot: HashSlot?) async throws(RedisError) -> (RedisClient, Endpoint) {
        let masters = try await masters()
        let owner = state.withLockedValue { state in slot.flatMap { state.map?[$0] } }
        guard
            let (endpoint, client) = slot == nil
                ? masters.first : masters.first(where: { $0.endpoint == owner })
        else { throw RedisError.server("CLUSTERDOWN nobody serves the slot", command: nil) }
        return (client, endpoint)
    }

    func shutdown() async {
        await topology.shutdown()
        let (clients, waiting) = state.withLockedValue { state in
            state.isStopped = true
            defer {
                state.clients = [:]
                state.waiting = []
            }
            return (Array(state.clients.values), state.waiting)
        }
        for trip in waiting { fail(trip, RedisError(.closed, "the client was shut down")) }
        await withTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.shutdown() } }
        }
    }

    // MARK: The way there

    private enum Road {
        case node(RedisClient, Endpoint)
        case unserved
        case unknown
        case refused(RedisError)
    }

    private func go(_ trip: ClusterTrip) {
        switch state.withLockedValue({ road(of: trip, &$0) }) {
        case .node(let client, let endpoint):
            let asking = trip.asking != nil
            trip.issue(client, asking) { result in self.arrived(trip, at: endpoint, result) }
        case .unserved:
            topology.refresh()
            again(trip, RedisError.server("CLUSTERDOWN nobody serves the slot", command: trip.name))
        case .unknown:
            eventLoop.scheduleTask(deadline: trip.deadline) { self.expireWaiting() }
        case .refused(let error): fail(trip, error)
        }
    }

    private func road(of trip: ClusterTrip, _ state: inout State) -> Road {
        if state.isStopped { return .refused(RedisError(.closed, "the client was shut down")) }
        if let asking = trip.asking { return .node(client(at: asking, &state), asking) }
        guard let map = state.map else {
            guard state.waiting.count < configuration.maxPendingCommands else {
                return .refused(
                    RedisError(.overloaded, "\(state.waiting.count) commands are pending already"))
            }
            state.waiting.append(trip)
            return .unknown
        }
        guard let endpoint = trip.slot.map({ map[$0] }) ?? map.masters.randomElement() else {
            return .unserved
        }
        return .node(client(at: endpoint, &state), endpoint)
    }

    private func client(at endpoint: Endpoint, _ state: inout State) -> RedisClient {
        if let client = state.clients[endpoint] { return client }
        let client = RedisClient(configuration.node(at: endpoint), group: eventLoop, logger: logger)
        state.clients[endpoint] = client
        return client
    }

    // MARK: What came back

    private func arrived(_ trip: ClusterTrip, at endpoint: Endpoint, _ result: Result<RESPValue, RedisError>)
    {
        guard case .failure(let error) = result else { return trip.reply(result) }
        if let redirection = Redirection(error, asked: endpoint) {
            return follow(redirection, trip, error)
        }
        switch (error.code, error.serverCode) {
        case (_, .tryAgain): again(trip, error)
        case (_, .clusterDown):
            topology.refresh()
            again(trip, error)
        case (.connection, _), (.timeout, _):
            topology.refresh(avoiding: endpoint)
            // A node that has not heard of a failover yet gives a map from before, so even where the map says that
            // this is the owner it may soon know better.
            let mayBeElsewhere = owner(of: trip) != endpoint || .now() < trip.hopesUntil
            !error.outcomeUnknown && mayBeElsewhere ? again(trip, error) : trip.reply(result)
        case (.closed, _):
            // That node has left the cluster, which for the caller is a lost connection.
            let lost = RedisError(
                .connection, "the node left the cluster", command: trip.name,
                outcomeUnknown: error.outcomeUnknown)
            error.outcomeUnknown || isStopped
                ? trip.reply(.failure(isStopped ? error : lost)) : again(trip, lost)
        default: trip.reply(result)
        }
    }

    private func follow(_ redirection: Redirection, _ trip: ClusterTrip, _ error: RedisError) {
        var trip = trip
        if redirection.isForOnce {
            trip.asking = redirection.endpoint
        } else {
            trip.asking = nil
            learn(redirection)
        }
        trip.redirections += 1
        trip.redirections <= ClusterTrip.redirectionsAtOnce ? go(trip) : again(trip, error)
    }

    /// After a moment; with `error` when the time for that is over.
    private func again(_ trip: ClusterTrip, _ error: RedisError) {
        var trip = trip
        trip.asking = nil
        let nap = trip.backoff.next()
        guard NIODeadline.now() + TimeAmount(nap) < trip.deadline else { return fail(trip, error) }
        let next = trip
        eventLoop.scheduleTask(in: TimeAmount(nap)) { self.go(next) }
    }

    private func fail(_ trip: ClusterTrip, _ error: RedisError) {
        eventLoop.execute { trip.reply(.failure(error.of(trip.name))) }
    }

    private func expireWaiting() {
        let now = NIODeadline.now()
        let expired = state.withLockedValue { state in
            defer { state.waiting.removeAll { $0.deadline <= now } }
            return state.waiting.filter { $0.deadline <= now }
        }
        let reason = topology.lastFailure?.message ?? "still looking for the cluster's nodes"
        for trip in expired {
            fail(trip, RedisError(.connection, "not connected to Redis, nothing was sent: \(reason)"))
        }
    }

    // MARK: The map

    private var isStopped: Bool { state.withLockedValue { $0.isStopped } }

    private func owner(of trip: ClusterTrip) -> Endpoint? {
        state.withLockedValue { state in trip.slot.flatMap { state.map?[$0] } }
    }

    func learn(_ redirection: Redirection) {
        state.withLockedValue { $0.map?.move(redirection.slot, to: redirection.endpoint) }
        topology.refresh()
    }

    private func learn(_ map: SlotMap) {
        let (waiting, left) = state.withLockedValue { state in
            state.map = map
            let left = state.clients.filter { !map.everyone.contains($0.key) }
            for endpoint in left.keys { state.clients[endpoint] = nil }
            defer { state.waiting = [] }
            return (state.waiting, left.values)
        }
        for trip in waiting { go(trip) }
        for client in left { Task { await client.shutdown() } }
    }
}

/// A command on its way through a cluster.
struct ClusterTrip: Sendable {
    typealias Issue =
        @Sendable (_ node: RedisClient, _ asking: Bool, _ reply: @escaping RedisCluster.Reply) -> Void

    /// Beyond these, nodes that send each other a command are given time to agree.
    static let redirectionsAtOnce = 5

    let slot: HashSlot?
    let name: String
    let deadline: NIODeadline
    /// Until then a node that is away is taken for one that is being replaced.
    let hopesUntil: NIODeadline
    let issue: Issue
    let reply: RedisCluster.Reply
    /// Where it was sent by ASK.
    var asking: RedisConfiguration.Endpoint?
    var redirections = 0
    var backoff = Backoff(first: .milliseconds(5), longest: .milliseconds(200))
}
