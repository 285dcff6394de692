import NIOCore

/// `/echo`: every message comes back as it was sent. It exists for conformance tests of RFC 6455, over the very
/// handler and decoder that serve `/cable`, and is open only where the setting `gateway.echo` says so.
enum Echo {
    /// The largest message of Autobahn's cases; of answers, a few such may wait.
    private static let terms = SocketTerms(
        acceptsBinary: true, maxMessageBytes: 16 << 20, maxOutboundBytes: 128 << 20)

    static let admit: Admit = { _, loop in
        loop.makeSucceededFuture(.accept(subprotocol: nil, terms: terms) { Session(socket: $0) })
    }

    private final class Session: SocketSession {
        private let socket: Socket

        init(socket: Socket) { self.socket = socket }

        func opened() {}
        func received(text: ByteBuffer) { socket.send(text: text) }
        func received(binary: ByteBuffer) { socket.send(binary: binary) }
        func closed() {}
    }
}
