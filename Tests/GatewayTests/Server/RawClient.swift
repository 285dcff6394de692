import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import Gateway

/// A TCP client that sends exactly what it is told and shows exactly what came.
final class RawClient: Sendable {
    struct NotSeen: Error {
        let waitingFor: String
        let received: String
    }

    private struct Inbox {
        var bytes = ByteBuffer()
        var isEnded = false
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let inbox = NIOLockedValueBox(Inbox())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            inbox.withLockedValue { _ = $0.bytes.writeBuffer(&bytes) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.withLockedValue { $0.isEnded = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private let collector: Collector

    private init(channel: any Channel, collector: Collector) {
        self.channel = channel
        self.collector = collector
    }

    /// A client that is not reading leaves what the server sends to the kernel's buffers, which are kept small.
    static func connect(to port: Int, isReading: Bool = true) async throws -> RawClient {
        let collector = Collector()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: isReading)
            .channelOption(.socketOption(.so_rcvbuf), value: isReading ? 1 << 20 : 4096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(collector)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, collector: collector)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Vanishes as a machine without power does: the kernel drops whatever still comes for this connection, and
    /// answers nothing, by a socket filter that takes no packet (SO_ATTACH_FILTER, `man 7 socket`).
    func vanish() async throws {
        struct Program: Sendable {
            let length: UInt16
            let address: UInt
        }
        guard let options = channel as? any SocketOptionProvider else {
            throw NotSeen(waitingFor: "a TCP connection", received: "")
        }
        // One instruction of BPF, `ret 0`: code, two jumps and an operand.
        let returnZero = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { returnZero.deallocate() }
        returnZero.initialize(to: UInt64(0x06).littleEndian)
        try await options.unsafeSetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_ATTACH_FILTER),
            value: Program(length: 1, address: UInt(bitPattern: returnZero))
        ).get()
    }

    /// The server may have been faster and ended the whole connection.
    func closeOutput() {
        channel.close(mode: .output, promise: nil)
    }

    func close() async throws {
        channel.close(promise: nil)
        try await channel.closeFuture.get()
    }

    /// Takes the head of a response and returns it with its body, if it has one.
    func response() async throws -> (head: String, body: String) {
        try await take("a response") { bytes in
            let view = bytes.readableBytesView
            guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: view[..<end.lowerBound], as: UTF8.self)
            let length = head.lowercased().split(separator: "\r\n")
                .first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) }
            let size = end.upperBound - view.startIndex + (length ?? 0)
            guard view.count >= size, let all = bytes.readSlice(length: size) else { return nil }
            return (head, String(decoding: all.readableBytesView.suffix(length ?? 0), as: UTF8.self))
        }
    }

    /// Takes one frame of a server.
    func frame() async throws -> ServerFrame {
        try await take("a frame") { ServerFrame(reading: &$0) }
    }

    /// Waits for the end of the connection and returns what came last.
    func rest() async throws -> ByteBuffer {
        try await poll("the end of the connection") { inbox in inbox.isEnded ? inbox.bytes : nil }
    }

    private func take<T>(_ what: String, _ body: (inout ByteBuffer) -> T?) async throws -> T {
        try await poll(what) { body(&$0.bytes) }
    }

    private func poll<T>(_ what: String, _ body: (inout Inbox) -> T?) async throws -> T {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let (found, isEnded) = collector.inbox.withLockedValue { (body(&$0), $0.isEnded) }
            if let found { return found }
            guard !isEnded else { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw NotSeen(
            waitingFor: what, received: collector.inbox.withLockedValue { String(buffer: $0.bytes) })
    }
}

/// A frame as a server sends it.
struct ServerFrame: Equatable {
    let first: UInt8
    let payload: ByteBuffer

    init?(reading bytes: inout ByteBuffer) {
        let start = bytes.readerIndex
        guard let (first, short) = bytes.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
        let length: Int? =
            switch short {
            case 126: bytes.readInteger(as: UInt16.self).map(Int.init)
            case 127: bytes.readInteger(as: UInt64.self).map(Int.init)
            default: Int(short)
            }
        guard let length, let payload = bytes.readSlice(length: length) else {
            bytes.moveReaderIndex(to: start)
            return nil
        }
        self.first = first
        self.payload = payload
    }

    var text: String? { first == 0x81 ? String(buffer: payload) : nil }

    var closeCode: UInt16? { first == 0x88 ? payload.getInteger(at: payload.readerIndex) : nil }
}
