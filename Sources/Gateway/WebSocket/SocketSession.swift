import NIOCore

/// What a WebSocket is for. A session lives on the event loop of its socket: all its functions are called
/// there, in the order below, and it needs no locks.
package protocol SocketSession: AnyObject {
    /// Once, before anything else. The handshake has been answered; what is sent now follows it.
    func opened()

    /// One whole text message, valid UTF-8, unmasked. Not called once the socket is closing.
    func received(text: ByteBuffer)

    /// One whole binary message. Called only where the terms of the path accept such.
    func received(binary: ByteBuffer)

    /// A ping or a pong has come, which are no messages. Returns whether it may be answered.
    func receivedControl() -> Bool

    /// The server stops: finish what has begun, say the last words, and call `close`, which closes the socket with
    /// 1001. Who has not done so within the close timeout is closed in the middle of it.
    func draining(then close: @escaping () -> Void)

    /// Once, when the connection is gone, for whatever reason. Nothing can be sent any more.
    func closed()
}

extension SocketSession {
    package func received(binary: ByteBuffer) {}
    package func receivedControl() -> Bool { true }
    package func draining(then close: @escaping () -> Void) { close() }
}
