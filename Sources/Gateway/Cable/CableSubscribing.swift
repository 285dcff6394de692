import NIOCore
import Realtime
import Support

/// A subscription that stands: what it is on, and the stream that carries it.
struct CableSubscription: Sendable {
    let channel: CableChannel
    let stream: any RecoverableStream
}

/// Subscribing, recovering and leaving.
///
///     subscribe ──▶ listen (Redis confirms) ──▶ open (state, history) ──▶ confirm, state, history ──▶ live
///
/// While the stream is opened what is published waits in the hub, so nothing comes twice and nothing overtakes.
extension CableSession {
    /// Who wants a subscription.
    enum Wish: Sendable {
        case asked(HistoryRequest?)
        /// An earlier session had it: the client knows, and asks for the history by itself.
        case restored
    }

    func subscribe(_ identifier: String, _ wish: Wish) {
        switch subscriptions.subscribe(identifier) {
        case .ignore: return done()
        case .tooMany:
            socket.send(text: ActionCableFrame.reject(identifier))
            return done()
        case .begin: break
        }
        let subscription: CableSubscription
        do {
            let channel = try CableChannel(identifier, for: principal)
            subscription = CableSubscription(
                channel: channel, stream: channel.stream(cable.desk, for: principal))
        } catch {
            if error == .unknownChannel { refuse(.unknownChannel) }
            return reject(identifier)
        }
        let member = NIOLoopBound<any StreamMember>(self, eventLoop: socket.eventLoop)
        let session = NIOLoopBound(self, eventLoop: socket.eventLoop)
        cable.hub.join(subscription.stream, as: key(identifier), member, on: socket.eventLoop) {
            isListening in
            session.value.listening(isListening, subscription, identifier, wish)
        }
    }

    private func listening(
        _ isListening: Bool, _ subscription: CableSubscription, _ identifier: String, _ wish: Wish
    ) {
        guard !isClosed else {
            if isListening { leave(subscription, identifier) }
            return
        }
        guard isListening else {
            refuse(.unavailable)
            return reject(identifier)
        }
        let cable = cable
        let history: HistoryRequest? = if case .asked(let history) = wish { history } else { nil }
        let point = history.flatMap { $0.point(of: subscription.stream.id) }
        away {
            await subscription.stream.opened(point)
        } gone: { session in
            session.leave(subscription, identifier)
        } _: { session, result in
            switch result {
            case .success(let opening): session.confirm(identifier, subscription, opening, wish)
            case .failure(let error):
                session.leave(subscription, identifier)
                if !Self.isNotFound(error) { session.refuse(cable.refusal(error)) }
                session.reject(identifier)
            }
        }
    }

    private func confirm(
        _ identifier: String, _ subscription: CableSubscription, _ opening: StreamOpening, _ wish: Wish
    ) {
        guard subscriptions.confirm(identifier, subscription) else {
            leave(subscription, identifier)
            return done()
        }
        if case .asked = wish { socket.send(text: ActionCableFrame.confirm(identifier)) }
        attendance.joined(identifier, subscription.channel)
        keep()
        switch wish {
        case .asked(let history):
            send(opening, of: subscription, as: identifier, isHistoryAsked: history != nil)
        case .restored:
            // What is published waits until the client has asked for what it missed.
            resumption?.awaitHistory(of: identifier)
            done()
        }
    }

    /// A chat that is not there, or not the caller's, is rejected without a word.
    private static func isNotFound(_ error: any Error) -> Bool {
        if case SupportError.notFound = error { true } else { false }
    }

    private func reject(_ identifier: String) {
        if subscriptions.reject(identifier) { socket.send(text: ActionCableFrame.reject(identifier)) }
        done()
    }

    func leave(_ subscription: CableSubscription, _ identifier: String) {
        cable.hub.leave(subscription.stream, as: key(identifier), self, on: socket.eventLoop)
    }

    // MARK: History

    /// What was missed on a subscription that stands; without a request, only from where to go on.
    func recover(_ identifier: String, from history: HistoryRequest?) {
        guard let subscription = subscriptions.channel(identifier) else {
            if history != nil { refuse(.notSubscribed) }
            return done()
        }
        resumption?.historyAsked(of: identifier)
        cable.hub.hold(self, of: subscription.stream, as: key(identifier), on: socket.eventLoop)
        let point = history?.point(of: subscription.stream.id)
        let cable = cable
        away {
            await subscription.stream.opened(point)
        } _: { session, result in
            switch result {
            case .success(let opening):
                session.send(opening, of: subscription, as: identifier, isHistoryAsked: history != nil)
            case .failure(let error):
                // It cannot go on without a hole: the client comes back and begins anew.
                session.refuse(cable.refusal(error))
                session.disconnect(.serverRestart)
            }
        }
    }

    /// State first, then what was missed, then what has come meanwhile; and with that the command is done.
    private func send(
        _ opening: StreamOpening, of subscription: CableSubscription, as identifier: String,
        isHistoryAsked: Bool
    ) {
        socket.send(text: ActionCableFrame.message(identifier, opening.state))
        switch opening.recovery {
        case .recovered(let missed) where isHistoryAsked:
            let envelope = ActionCableEnvelope(identifier, dialect, streamID: subscription.stream.id)
            pour(CablePouring(missed.map(envelope.text))) { session in
                session.socket.send(text: ActionCableFrame.confirmHistory(identifier))
                session.goLive(subscription, identifier, from: opening.position)
            }
        case .recovered, .notAsked, .lost:
            if isHistoryAsked { socket.send(text: ActionCableFrame.rejectHistory(identifier)) }
            goLive(subscription, identifier, from: opening.position)
        }
    }

    private func goLive(
        _ subscription: CableSubscription, _ identifier: String, from position: StreamPosition
    ) {
        let isWhole = cable.hub.goLive(
            self, on: subscription.stream, as: key(identifier), from: position, on: socket.eventLoop)
        if !isWhole {
            let envelope = ActionCableEnvelope(identifier, dialect, streamID: subscription.stream.id)
            for text in envelope.reset { socket.send(text: text) }
        }
        done()
    }

    private func key(_ identifier: String) -> StreamKey { StreamKey(identifier, dialect) }
}

extension RecoverableStream {
    fileprivate func opened(_ point: RecoveryPoint?) async -> Result<StreamOpening, any Error> {
        do {
            return .success(try await open(point))
        } catch {
            return .failure(error)
        }
    }
}
