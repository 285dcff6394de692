import NIOCore
import NIOPosix

/// A WebSocket client that is just good enough to measure with: it trusts the server to keep the protocol, whose own
/// tests see to that. Confined to its event loop.
final class BenchSocket: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var buffer = ByteBuffer()
    private var isOpen = false
    private var channel: (any Channel)?
    /// Called with each text message, on the loop.
    private let onText: (BenchSocket, ByteBuffer) -> Void

    private init(onText: @escaping (BenchSocket, ByteBuffer) -> Void) { self.onText = onText }

    /// Connects and asks for the upgrade; `welcome` is then the first text.
    static func connect(
        _ target: BenchTarget, path: String, on loop: any EventLoop,
        onText: @escaping @Sendable (BenchSocket, ByteBuffer) -> Void
    ) async throws {
        let request = """
            GET \(path) HTTP/1.1\r\nHost: \(target.host):\(target.port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpdGNoYm9hcmRiZW5jaA==\r\n\
            Sec-WebSocket-Protocol: actioncable-v1-json\r\n\r\n
            """
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BenchSocket(onText: onText))
                }
            }
            .connect(host: target.host, port: target.port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request)).get()
    }

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) { channel = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        if !isOpen {
            let head = "\r\n\r\n".utf8
            guard let end = buffer.readableBytesView.firstRange(of: head) else { return }
            buffer.moveReaderIndex(to: end.upperBound)
            isOpen = true
        }
        while let text = nextText() { onText(self, text) }
        buffer.discardReadBytes()
    }

    /// Sends one text message, masked with zeros, which leave it as it is (RFC 6455 §5.3).
    func send(_ text: String) {
        let length = text.utf8.count
        var frame = ByteBufferAllocator().buffer(capacity: length + 14)
        frame.writeInteger(UInt8(0x81))
        if length < 126 {
            frame.writeInteger(UInt8(0x80 | length))
        } else {
            frame.writeInteger(UInt8(0x80 | 126))
            frame.writeInteger(UInt16(length))
        }
        frame.writeInteger(UInt32(0))
        frame.writeString(text)
        channel?.writeAndFlush(frame, promise: nil)
    }

    func close() { channel?.close(promise: nil) }

    private func nextText() -> ByteBuffer? {
        var peek = buffer
        guard let first = peek.readInteger(as: UInt8.self), let second = peek.readInteger(as: UInt8.self)
        else {
            return nil
        }
        var length = Int(second & 0x7F)
        if length == 126 {
            guard let long = peek.readInteger(as: UInt16.self) else { return nil }
            length = Int(long)
        } else if length == 127 {
            guard let longer = peek.readInteger(as: UInt64.self) else { return nil }
            length = Int(longer)
        }
        guard let payload = peek.readSlice(length: length) else { return nil }
        buffer = peek
        return first & 0x0F == 1 ? payload : nextText()
    }
}

/// Where the gateway to be measured listens.
struct BenchTarget: Sendable {
    let host: String
    let port: Int
}
