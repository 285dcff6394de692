import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Finds out which node of a cluster holds which slot, whenever somebody has reason to doubt it.
///
/// Any node can tell. They are asked one after the other, over a connection for that question alone, until one
/// answers; then once more, if doubts came up meanwhile. With none answering it goes on, ever slower.
final class ClusterTopology: Sendable {
    typealias Endpoint = RedisConfiguration.Endpoint

    private struct State: Sendable {
        var known: [Endpoint]
        /// Asked last, as something was wrong with them.
        var suspects: Set<Endpoint> = []
        var search: Task<Void, Never>?
        var isDoubted = false
        var isStopped = false
        var lastFailure: RedisError?
        var onMap: @Sendable (SlotMap) -> Void = { _ in }
    }

    private let configuration: RedisConfiguration
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let state: NIOLockedValueBox<State>

    init(_ configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        state = NIOLockedValueBox(State(known: configuration.seeds))
    }

    /// Why there was no answer the last time.
    var lastFailure: RedisError? { state.withLockedValue { $0.lastFailure } }

    /// Begins the first search. `onMap` is called, from anywhere, with what each search has found.
    func start(_ onMap: @escaping @Sendable (SlotMap) -> Void) {
        state.withLockedValue { $0.onMap = onMap }
        refresh()
    }

    /// Searches again, soon, however many ask for it.
    func refresh(avoiding suspect: Endpoint? = nil) {
        state.withLockedValue { state in
            guard !state.isStopped else { return }
            if let suspect { state.suspects.insert(suspect) }
            guard state.search == nil else {
                state.isDoubted = true
                return
            }
            state.search = Task { await self.search() }
        }
    }

    /// Returns when nothing of it runs any more.
    func shutdown() async {
        let search = state.withLockedValue { state in
            state.isStopped = true
            state.onMap = { _ in }
            return state.search
        }
        search?.cancel()
        await search?.value
    }

    private func search() async {
        var backoff = Backoff()
        repeat {
            let map = await found()
            if let map {
                backoff.reset()
                state.withLockedValue { state in
                    state.known = map.everyone
                    state.suspects = []
                    state.lastFailure = nil
                    return state.onMap
                }(map)
            }
            // After a success, too: a thousand commands that are told `MOVED` need one new map.
            do { try await Task.sleep(for: backoff.next()) } catch { return }
            let isDone = state.withLockedValue { state in
                if state.isStopped { return true }
                if map != nil, !state.isDoubted {
                    state.search = nil
                    return true
                }
                state.isDoubted = false
                return false
            }
            if isDone { return }
        } while true
    }

    private func found() async -> SlotMap? {
        let (known, suspects) = state.withLockedValue { ($0.known, $0.suspects) }
        let others = configuration.seeds.filter { !known.contains($0) }
        let all = known.shuffled() + others
        for endpoint in all.filter({ !suspects.contains($0) }) + all.filter({ suspects.contains($0) }) {
            guard !Task.isCancelled else { return nil }
            switch await ask(endpoint) {
            case .success(let map): return map
            case .failure(let error):
                let isNews = state.withLockedValue { state in
                    defer { state.lastFailure = error }
                    return state.lastFailure?.message != error.message
                }
                if isNews {
                    logger.warning("a node of the redis cluster gave no map", metadata: ["error": "\(error)"])
                }
            }
        }
        return nil
    }

    private func ask(_ endpoint: Endpoint) async -> Result<SlotMap, RedisError> {
        var node = configuration.node(at: endpoint)
        node.connectTimeout = min(node.connectTimeout, .seconds(1))
        node.commandTimeout = .seconds(1)
        let client = RedisClient(node, group: eventLoop, logger: Self.silent)
        let answer = await Self.slots(client, endpoint)
        await client.shutdown()
        return answer
    }

    private static func slots(_ client: RedisClient, _ endpoint: Endpoint) async -> Result<
        SlotMap, RedisError
    > {
        do throws(RedisError) {
            let map = try SlotMap(clusterSlots: try await client.send(["CLUSTER", "SLOTS"]), asked: endpoint)
            // A node that has forgotten its cluster, or has not met it yet.
            guard !map.masters.isEmpty else {
                return .failure(RedisError(.connection, "a node knows of no slots", command: "CLUSTER SLOTS"))
            }
            return .success(map)
        } catch {
            return .failure(error)
        }
    }

    /// A node that does not answer is told of once, by the search.
    private static let silent = Logger(label: "redis") { _ in SwiftLogNoOpLogHandler() }
}
