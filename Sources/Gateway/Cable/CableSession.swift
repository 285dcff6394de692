import Logging
import NIOCore
import Realtime
import Support

/// One client on `/cable`: speaks ActionCable, and does its commands one after the other.
///
/// A session has no task while it has nothing to do. Commands that come while one is being done wait in line, so
/// messages keep their order and a client that is too fast holds up nobody but itself. Lives on its socket's loop.
final class CableSession: SocketSession, StreamMember {
    /// Commands that may wait; whoever sends more is not waiting for answers.
    private static let maxWaiting = 256
    /// Frames that are no commands, until the client is told to stay away.
    private static let maxErrors = 100

    let socket: Socket
    let cable: Cable
    let principal: Principal
    let address: String
    let dialect: ActionCableDialect
    private var budget = FrameBudget()
    let attendance: CableAttendance
    var subscriptions = ActionCableSubscriptions<CableSubscription>(limit: 100)
    /// What the client may come back with; extended dialect only.
    let resumption: CableResumption?
    private var waiting: CircularBuffer<CableTask> = []
    private var isWorking = false
    private var errors = 0
    private(set) var isClosed = false
    /// What to call when all is done that was asked for before the server began to stop.
    private var farewell: (() -> Void)?

    init(
        socket: Socket, cable: Cable, principal: Principal, address: String, dialect: ActionCableDialect,
        restoring identifiers: [String]? = nil
    ) {
        self.socket = socket
        self.cable = cable
        self.principal = principal
        self.address = address
        self.dialect = dialect
        attendance = CableAttendance(socket: socket, cable: cable, principal: principal)
        resumption = dialect == .extended ? CableResumption(restored: identifiers) : nil
    }

    func opened() {
        cable.loops.state(of: socket.eventLoop).add(self)
        guard let resumption else { return socket.send(text: ActionCableFrame.welcome) }
        socket.send(
            text: ActionCableFrame.welcome(session: resumption.sessionID, restored: resumption.restored))
        for identifier in resumption.restored ?? [] { take(.restore(identifier)) }
    }

    func received(text: ByteBuffer) {
        // Nothing new is begun; a client that gets no answer asks the next gateway.
        guard farewell == nil else { return }
        guard isWithinBudget() else { return }
        do {
            let command = try ActionCableCommand(parsing: text, dialect)
            guard waiting.count < Self.maxWaiting else { return refuse(.tooManyWaiting) }
            take(.command(command))
        } catch {
            refuse(ErrorResponse(error, dialect))
        }
    }

    func receivedControl() -> Bool { socket.isOpen && isWithinBudget() }

    func deliver(_ frames: ByteBuffer) { socket.send(frames: frames) }

    func draining(then close: @escaping () -> Void) {
        farewell = close
        work()
    }

    func disconnect(_ reason: DisconnectReason) {
        socket.send(text: ActionCableFrame.disconnect(reason))
        socket.close(code: .normal)
    }

    /// The heartbeat of the loop.
    func beat() {
        for identifier in resumption?.overdue() ?? [] { take(.release(identifier)) }
        if let resumption, resumption.isDueForRenewal { keep() }
    }

    func closed() {
        isClosed = true
        waiting = []
        farewell = nil
        cable.loops.state(of: socket.eventLoop).remove(self)
        cable.seats.leave(principal, address)
        attendance.closed()
        for (identifier, subscription) in subscriptions.active { leave(subscription, identifier) }
        if resumption?.isKept == false { keep() }
    }

    /// Whether a frame may be looked at; otherwise its sender has been told.
    private func isWithinBudget() -> Bool {
        switch budget.take(cable.frames, at: .now()) {
        case .within: return true
        case .beyond(let wait): socket.send(text: ErrorResponse.tooManyFrames(retryAfter: wait).payload())
        case .abuse: disconnect(.tooManyFrames)
        }
        return false
    }

    func refuse(_ refusal: ErrorResponse) {
        socket.send(text: refusal.payload())
        // What is our fault, or a part's that is away, is no reason to send anybody off.
        guard refusal.status.kind == .clientError else { return }
        errors += 1
        if errors >= Self.maxErrors { disconnect(.tooManyErrors) }
    }

    // MARK: One after the other

    private func take(_ task: CableTask) {
        waiting.append(task)
        work()
    }

    private func work() {
        guard !isWorking else { return }
        guard let task = waiting.popFirst() else { return leaveIfAsked() }
        isWorking = true
        switch task {
        case .restore(let identifier): subscribe(identifier, .restored)
        case .release(let identifier): recover(identifier, from: nil)
        case .command(.subscribe(let identifier, let history)): subscribe(identifier, .asked(history))
        case .command(.history(let identifier, let history)): recover(identifier, from: history)
        case .command(.message(let identifier, let data)): perform(data, identifier)
        case .command(.unsubscribe(let identifier)):
            attendance.left(identifier)
            if let subscription = subscriptions.unsubscribe(identifier) {
                leave(subscription, identifier)
                keep()
            }
            done()
        case .command(.ping):
            socket.send(text: ActionCableFrame.pong)
            done()
        case .command(.pong): done()
        }
    }

    private func leaveIfAsked() {
        guard let farewell else { return }
        self.farewell = {}
        socket.send(text: ActionCableFrame.disconnect(.serverRestart))
        farewell()
    }

    func done() {
        isWorking = false
        work()
    }

    /// Runs something asynchronous and comes back to the loop with its result; when the client has gone meanwhile, to
    /// `gone` instead.
    func away<Result: Sendable>(
        _ body: @escaping @Sendable () async -> Result, gone: @escaping (CableSession) -> Void = { _ in },
        _ back: @escaping (CableSession, Result) -> Void
    ) {
        let session = NIOLoopBound((self, gone, back), eventLoop: socket.eventLoop)
        let loop = socket.eventLoop
        Task(executorPreference: cable.loops.state(of: loop).executor) {
            let result = await body()
            loop.execute {
                let (session, gone, back) = session.value
                if session.isClosed { gone(session) } else { back(session, result) }
            }
        }
    }

    // MARK: Performing

    private func perform(_ data: String, _ identifier: String) {
        guard let subscription = subscriptions.channel(identifier) else {
            refuse(.notSubscribed)
            return done()
        }
        let context = CommandContext(
            desk: cable.desk, principal: principal, channel: subscription.channel, address: address,
            typing: attendance.typing)
        let cable = cable
        away {
            await Commands.perform(data, context, cable.refusal)
        } _: { session, payload in
            if let payload { session.socket.send(text: ActionCableFrame.message(identifier, payload)) }
            session.done()
        }
    }
}

/// What a session does next.
enum CableTask {
    case command(ActionCableCommand)
    /// Subscribes again to what an earlier session was subscribed to.
    case restore(String)
    /// Lets a restored subscription go on without its history, as nobody has asked for it.
    case release(String)
}
