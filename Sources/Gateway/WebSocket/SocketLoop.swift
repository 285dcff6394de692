import NIOConcurrencyHelpers
import NIOCore

/// What the sockets of one event loop share: their limits, the round of flushes at the end of a turn, and
/// the watch for those that have fallen silent or do not finish what they say. Confined to that loop.
final class SocketLoop {
    let eventLoop: any EventLoop
    let configuration: WebSocketConfiguration
    private var sockets: ContiguousArray<Socket> = []
    private var awaitingFlush: ContiguousArray<Socket> = []
    private var isFlushScheduled = false
    private var isWatching = false
    /// Whether the server drains: a socket that was admitted just before is sent off as it comes.
    private(set) var isDraining: Bool

    init(eventLoop: any EventLoop, configuration: WebSocketConfiguration, isDraining: Bool = false) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.isDraining = isDraining
    }

    func add(_ socket: Socket) {
        eventLoop.preconditionInEventLoop()
        socket.place = sockets.count
        sockets.append(socket)
        watch()
    }

    func remove(_ socket: Socket) {
        eventLoop.preconditionInEventLoop()
        guard let place = socket.place else { return }
        socket.place = nil
        let last = sockets.removeLast()
        if last !== socket {
            sockets[place] = last
            last.place = place
        }
    }

    /// A task given to the loop from within it runs when the events of this turn have been handled.
    func flushSoon(_ socket: Socket) {
        guard !socket.isAwaitingFlush else { return }
        socket.isAwaitingFlush = true
        awaitingFlush.append(socket)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        eventLoop.assumeIsolated().execute { self.flush() }
    }

    func closeAll(code: WebSocketCloseCode, reason: String) {
        eventLoop.preconditionInEventLoop()
        for socket in sockets { socket.close(code: code, reason: reason) }
    }

    func drainAll() {
        eventLoop.preconditionInEventLoop()
        isDraining = true
        for socket in sockets { socket.drain() }
    }

    private func flush() {
        isFlushScheduled = false
        var round: ContiguousArray<Socket> = []
        swap(&round, &awaitingFlush)
        for socket in round {
            socket.isAwaitingFlush = false
            socket.flush()
        }
        // The array is kept for the next turn, unless a burst has made it large.
        guard awaitingFlush.isEmpty, round.count <= 1024 else { return }
        round.removeAll(keepingCapacity: true)
        swap(&round, &awaitingFlush)
    }

    /// Remembers when a socket was heard of, as far as there is a limit to it.
    func note(readOf socket: Socket, isInsideMessage: Bool) {
        if configuration.idleLimit != nil { socket.lastRead = .now() }
        if !isInsideMessage {
            socket.messageBegan = nil
        } else if socket.messageBegan == nil {
            socket.messageBegan = .now()
        }
    }

    /// One timer for all sockets: they are looked over four times per limit.
    private func watch() {
        guard !isWatching else { return }
        isWatching = true
        let limit = min(configuration.messageTimeout, configuration.idleLimit ?? configuration.messageTimeout)
        eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(limit.nanoseconds / 4)) {
            self.isWatching = false
            self.closeLate(at: .now())
            if !self.sockets.isEmpty { self.watch() }
        }
    }

    private func closeLate(at now: NIODeadline) {
        for socket in sockets {
            if let began = socket.messageBegan, now - began > configuration.messageTimeout {
                socket.close(code: .policyViolation, reason: "message too slow")
            } else if let idleLimit = configuration.idleLimit, now - socket.lastRead > idleLimit {
                socket.close(code: .goingAway, reason: "silent for too long")
            }
        }
    }
}

/// The `SocketLoop` of each event loop of a server, made when its first socket comes.
final class SocketLoops: Sendable {
    private let configuration: WebSocketConfiguration
    private struct State {
        var loops: [ObjectIdentifier: NIOLoopBound<SocketLoop>] = [:]
        var isDraining = false
    }
    private let state = NIOLockedValueBox(State())

    init(configuration: WebSocketConfiguration) {
        self.configuration = configuration
    }

    /// To be called on the loop in question.
    subscript(eventLoop: any EventLoop) -> SocketLoop {
        state.withLockedValue { state in
            if let known = state.loops[ObjectIdentifier(eventLoop)] { return known.value }
            let loop = SocketLoop(
                eventLoop: eventLoop, configuration: configuration, isDraining: state.isDraining)
            state.loops[ObjectIdentifier(eventLoop)] = NIOLoopBound(loop, eventLoop: eventLoop)
            return loop
        }
    }

    /// From anywhere.
    func drainAll() {
        let loops = state.withLockedValue { state in
            state.isDraining = true
            return Array(state.loops.values)
        }
        for loop in loops {
            loop.eventLoop.execute { loop.value.drainAll() }
        }
    }

    /// From anywhere.
    func closeAll(code: WebSocketCloseCode, reason: String) {
        for loop in state.withLockedValue({ Array($0.loops.values) }) {
            loop.eventLoop.execute { loop.value.closeAll(code: code, reason: reason) }
        }
    }
}
