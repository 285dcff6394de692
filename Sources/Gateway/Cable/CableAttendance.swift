import NIOCore
import Realtime
import Support

/// What one socket's being there means to others: presence, who has a chat open, and typing. Lives on the socket's
/// loop.
final class CableAttendance {
    private let socket: Socket
    private let cable: Cable
    private let principal: Principal
    private var places: [String: CableChannel] = [:]
    /// What commands, which run elsewhere, know of this socket's typing.
    let typing = CableTyping()

    init(socket: Socket, cable: Cable, principal: Principal) {
        self.socket = socket
        self.cable = cable
        self.principal = principal
    }

    /// A subscription is confirmed: others are told, and the subscriber is told who is there already.
    func joined(_ identifier: String, _ channel: CableChannel) {
        guard places.updateValue(channel, forKey: identifier) == nil else { return }
        cable.presence.joined(subjects(channel), on: socket.eventLoop)
        let attendance = NIOLoopBound(self, eventLoop: socket.eventLoop)
        let (desk, principal, loop) = (cable.desk, principal, socket.eventLoop)
        Task(executorPreference: cable.loops.state(of: loop).executor) {
            // Who cannot be told now, as Redis is away, hears of every change from then on.
            guard let state = try? await desk.presence.read(for: principal, in: channel.chat) else { return }
            loop.execute {
                guard attendance.value.places[identifier] != nil else { return }
                attendance.value.socket.send(text: ActionCableFrame.message(identifier, state))
            }
        }
    }

    func left(_ identifier: String) {
        guard let channel = places.removeValue(forKey: identifier) else { return }
        cable.presence.left(subjects(channel), on: socket.eventLoop)
        if let chat = channel.chat { stopTyping(in: chat) }
    }

    func closed() {
        for identifier in places.keys { left(identifier) }
    }

    private func subjects(_ channel: CableChannel) -> [Presence.Subject] {
        Presence.subjects(of: principal, in: channel.chat)
    }

    /// Whoever goes has stopped typing.
    private func stopTyping(in chat: Chat.Address) {
        guard let place = typing.leave(chat) else { return }
        let (desk, principal) = (cable.desk, principal)
        // Nobody is left to hear of a failure; the others' screens forget by themselves.
        Task { try? await desk.typing.tell(false, in: place, by: principal) }
    }
}

extension CableChannel {
    /// The chat that it is about; nil for the staff's channel.
    var chat: Chat.Address? {
        if case .chat(let chat) = self { chat } else { nil }
    }
}
