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

    private let socket: Socket
    private let cable: Cable
    private let principal: Principal
    private let attendance: CableAttendance
    private var subscriptions = ActionCableSubscriptions<CableChannel>(limit: 100)
    private var waiting: CircularBuffer<ActionCableCommand> = []
    private var isWorking = false
    private var errors = 0
    private var isClosed = false

    init(socket: Socket, cable: Cable, principal: Principal) {
        self.socket = socket
        self.cable = cable
        self.principal = principal
        attendance = CableAttendance(socket: socket, cable: cable, principal: principal)
    }

    func opened() {
        cable.loops.state(of: socket.eventLoop).add(self)
        socket.send(text: ActionCableFrame.welcome)
    }

    func received(text: ByteBuffer) {
        do {
            let command = try ActionCableCommand(parsing: text)
            guard waiting.count < Self.maxWaiting else { return refuse(.tooManyWaiting) }
            waiting.append(command)
            work()
        } catch {
            refuse(ErrorResponse(error))
        }
    }

    func deliver(_ frame: ByteBuffer) { socket.send(frames: frame) }

    func draining() { socket.send(text: ActionCableFrame.disconnect(.serverRestart)) }

    func disconnect(_ reason: DisconnectReason) {
        socket.send(text: ActionCableFrame.disconnect(reason))
        socket.close(code: .normal)
    }

    func closed() {
        isClosed = true
        waiting = []
        cable.loops.state(of: socket.eventLoop).remove(self)
        attendance.closed()
        for (identifier, channel) in subscriptions.active { leave(channel, identifier) }
    }

    private func refuse(_ refusal: ErrorResponse) {
        socket.send(text: refusal.payload())
        // What is our fault, or a part's that is away, is no reason to send anybody off.
        guard refusal.status.kind == .clientError else { return }
        errors += 1
        if errors >= Self.maxErrors { disconnect(.tooManyErrors) }
    }

    // MARK: One command after the other

    private func work() {
        guard !isWorking, let command = waiting.popFirst() else { return }
        isWorking = true
        switch command {
        case .subscribe(let identifier): subscribe(identifier)
        case .unsubscribe(let identifier):
            attendance.left(identifier)
            if let channel = subscriptions.unsubscribe(identifier) { leave(channel, identifier) }
            done()
        case .message(let identifier, let data): perform(data, identifier)
        }
    }

    private func done() {
        isWorking = false
        work()
    }

    /// Runs something asynchronous and comes back to the loop with its result, unless the client has gone.
    private func away<Result: Sendable>(
        _ body: @escaping @Sendable () async -> Result, _ back: @escaping (CableSession, Result) -> Void
    ) {
        let session = NIOLoopBound((self, back), eventLoop: socket.eventLoop)
        let loop = socket.eventLoop
        Task {
            let result = await body()
            loop.execute {
                let (session, back) = session.value
                if !session.isClosed { back(session, result) }
            }
        }
    }

    // MARK: Subscribing

    private func subscribe(_ identifier: String) {
        switch subscriptions.subscribe(identifier) {
        case .ignore: return done()
        case .tooMany:
            socket.send(text: ActionCableFrame.reject(identifier))
            return done()
        case .begin: break
        }
        let channel: CableChannel
        do {
            channel = try CableChannel(identifier, for: principal)
        } catch {
            if error == .unknownChannel { refuse(.unknownChannel) }
            return reject(identifier)
        }
        let (cable, principal) = (cable, principal)
        away {
            do {
                return Result<Bool, any Error>.success(
                    try await channel.authorize(principal, cable.desk, at: .now()))
            } catch {
                return .failure(error)
            }
        } _: { session, result in
            switch result {
            case .success(true): session.join(channel, identifier)
            case .success(false): session.reject(identifier)
            case .failure(let error):
                session.refuse(cable.refusal(error))
                session.reject(identifier)
            }
        }
    }

    /// Confirms once Redis has confirmed: from then on no publication can be missed.
    private func join(_ channel: CableChannel, _ identifier: String) {
        let member = NIOLoopBound<any StreamMember>(self, eventLoop: socket.eventLoop)
        let session = NIOLoopBound(self, eventLoop: socket.eventLoop)
        cable.hub.join(channel.stream, as: identifier, member, on: socket.eventLoop) { isListening in
            session.value.joined(channel, identifier, isListening)
        }
    }

    private func joined(_ channel: CableChannel, _ identifier: String, _ isListening: Bool) {
        if !isListening {
            if !isClosed { reject(identifier) }
        } else if isClosed {
            leave(channel, identifier)
        } else {
            if subscriptions.confirm(identifier, channel) {
                socket.send(text: ActionCableFrame.confirm(identifier))
                attendance.joined(identifier, channel)
            } else {
                leave(channel, identifier)
            }
            done()
        }
    }

    private func reject(_ identifier: String) {
        if subscriptions.reject(identifier) { socket.send(text: ActionCableFrame.reject(identifier)) }
        done()
    }

    private func leave(_ channel: CableChannel, _ identifier: String) {
        cable.hub.leave(channel.stream, as: identifier, self, on: socket.eventLoop)
    }

    // MARK: Performing

    private func perform(_ data: String, _ identifier: String) {
        guard let channel = subscriptions.channel(identifier) else {
            refuse(.notSubscribed)
            return done()
        }
        let context = CommandContext(
            desk: cable.desk, principal: principal, channel: channel, typing: attendance.typing)
        let cable = cable
        away {
            await Commands.perform(data, context, cable.refusal)
        } _: { session, payload in
            if let payload { session.socket.send(text: ActionCableFrame.message(identifier, payload)) }
            session.done()
        }
    }
}
