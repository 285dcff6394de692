import NIOCore
import Realtime

/// A client that may not come in.
final class RefusedSession: SocketSession {
    private let socket: Socket
    private let reason: DisconnectReason

    init(socket: Socket, reason: DisconnectReason = .unauthorized) {
        self.socket = socket
        self.reason = reason
    }

    func opened() {
        socket.send(text: ActionCableFrame.disconnect(reason))
        socket.close(code: .normal)
    }

    func received(text: ByteBuffer) {}
    func closed() {}
}
