import NIOCore

/// Stands between the HTTP decoder and a new `SocketOpening` while the decoder is being taken out.
///
/// The decoder then hands on the bytes that came after the handshake. Should it ever have parsed them as
/// HTTP instead, because parser and `WebSocketHandshake` do not agree on what an upgrade is, a message of
/// another type would reach the byte handler and trap. So the types are looked at once, here.
final class LeftoverGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A buffer travels through a pipeline as `IOData`.
        if unwrapInboundIn(data) is IOData {
            context.fireChannelRead(data)
        } else {
            context.close(promise: nil)
        }
    }
}
