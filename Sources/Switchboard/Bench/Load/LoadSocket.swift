import Foundation
import Glibc

/// A WebSocket of a load generator: it never blocks, and belongs to the generator's thread.
///
/// It trusts the server to keep the protocol, whose own tests see to that, and looks at as few bytes as it can: the
/// generator shares the cores with what it measures.
final class LoadSocket {
    enum Phase {
        case upgrading
        case subscribing
        case ready
    }

    let descriptor: CInt
    let identifier: String
    var phase = Phase.upgrading
    /// The beginning of a frame whose end has not come yet.
    private var rest: [UInt8] = []

    /// Connects to 127.0.0.1, which is done when this returns, and asks for the upgrade.
    init(
        port: Int, path: String = "/cable", protocol subprotocol: String = "actioncable-v1-json",
        identifier: String
    ) throws(Failure) {
        self.identifier = identifier
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("no more sockets: \(String(cString: strerror(errno)))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            throw Failure("port \(port) does not answer: \(String(cString: strerror(errno)))")
        }
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        try write(
            Array(
                """
                GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpdGNoYm9hcmRiZW5jaA==\r\n\
                Sec-WebSocket-Protocol: \(subprotocol)\r\n\r\n
                """.utf8))
    }

    func close() { Glibc.close(descriptor) }

    /// Ends the connection as a broken line does: without a goodbye, and whatever is on its way is lost.
    func cut() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Sends one text message, masked with zeros, which leave it as it is (RFC 6455 §5.3).
    func send(_ text: String) throws(Failure) {
        let payload = Array(text.utf8)
        var frame: [UInt8] = [0x81]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else {
            frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        frame += [0, 0, 0, 0]
        try write(frame + payload)
    }

    private func write(_ bytes: [UInt8]) throws(Failure) {
        // Little is on its way from here at any time; a full socket means that the server has stopped reading.
        guard Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure("the server takes nothing more: \(String(cString: strerror(errno)))")
        }
    }

    /// Reads what has come, and calls `onText` with each whole text message. False when the connection is over.
    func read(
        into scratch: UnsafeMutableRawBufferPointer,
        _ onText: (LoadSocket, UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        let kept = rest.count
        if kept > 0 { scratch.copyBytes(from: rest) }
        let count = recv(descriptor, scratch.baseAddress! + kept, scratch.count - kept, 0)
        guard count > 0 else { return count < 0 && errno == EAGAIN }
        rest = []
        var bytes = UnsafeRawBufferPointer(rebasing: scratch[..<(kept + count)])
        if phase == .upgrading {
            guard let body = bytes.end(of: "\r\n\r\n") else {
                rest = Array(bytes)
                return true
            }
            bytes = UnsafeRawBufferPointer(rebasing: bytes[body...])
            phase = .subscribing
        }
        while let (text, length) = Self.frame(bytes) {
            if let text { try onText(self, text) }
            bytes = UnsafeRawBufferPointer(rebasing: bytes[length...])
        }
        rest = Array(bytes)
        return true
    }

    /// The payload of the frame at the start, nil for one that is no text, and the frame's whole length.
    private static func frame(
        _ bytes: UnsafeRawBufferPointer
    ) -> (text: UnsafeRawBufferPointer?, length: Int)? {
        guard bytes.count >= 2 else { return nil }
        var (start, length) = (2, Int(bytes[1] & 0x7F))
        if length == 126 {
            guard bytes.count >= 4 else { return nil }
            (start, length) = (4, Int(bytes[2]) << 8 | Int(bytes[3]))
        } else if length == 127 {
            guard bytes.count >= 10 else { return nil }
            (start, length) = (10, bytes[2..<10].reduce(0) { $0 << 8 | Int($1) })
        }
        guard bytes.count >= start + length else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)])
        return (bytes[0] & 0x0F == 1 ? text : nil, start + length)
    }
}
