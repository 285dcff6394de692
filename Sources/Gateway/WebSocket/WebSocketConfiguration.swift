import NIOCore

/// The limits of every WebSocket of a server.
package struct WebSocketConfiguration: Sendable {
    /// The largest message taken from a client, all fragments together; beyond it 1009.
    package var maxMessageBytes = 256 * 1024

    /// The most that may wait to be sent to one client; beyond it what waits is dropped and the socket
    /// closed with 1013, for a client that reads so slowly does better to come back and catch up.
    package var maxOutboundBytes = 1024 * 1024

    /// A socket from which no byte has come for this long is closed as dead. Nil never does; set it only
    /// where clients are known to send something, or half-open sockets are not the only silent ones.
    package var idleLimit: TimeAmount?

    /// The longest that a message may take from its first byte to its last, all fragments together; beyond it
    /// 1008. Otherwise a client that sends a byte now and then keeps the memory of a message for ever.
    package var messageTimeout: TimeAmount = .seconds(30)

    /// How long a client may take to answer a close frame, or to read what was sent before it, until the
    /// connection is cut.
    package var closeTimeout: TimeAmount = .seconds(5)

    /// On shutdown sockets are closed at random moments within this time, so that their clients do not
    /// all arrive at the next server at once.
    package var drainPeriod: TimeAmount = .zero

    package init() {}
}
