import NIOCore

/// One socket to Redis: bytes to replies inbound, bytes outbound. The last handler of its channel.
///
/// It knows nothing of commands; what a reply means is its link's owner's business. Lives on its event loop.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let decoder: RESPDecoder
    /// When bytes last came, or the socket opened.
    private(set) var lastRead = NIODeadline.now()
    private let link: RedisLink
    private var context: ChannelHandlerContext?
    private var failure: RedisError?

    init(link: RedisLink, limits: RESPDecoder.Limits) {
        self.link = link
        decoder = RESPDecoder(limits: limits)
    }

    func write(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Closes the socket; the link hears of it with `error` as the reason.
    func close(_ error: RedisError) {
        failure = failure ?? error
        context?.close(promise: nil)
    }

    var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { link.opened(self) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { link.opened(self) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes behind a violation have no meaning any more.
        guard failure == nil else { return }
        lastRead = .now()
        do throws(RedisError) {
            try decoder.feed(unwrapInboundIn(data))
            try link.received(self)
        } catch {
            close(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { link.readComplete(self) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(error as? RedisError ?? RedisError(.connection, "the connection broke: \(error)"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        link.closed(self, failure ?? RedisError(.connection, "Redis closed the connection"))
    }
}
