import HTTPTypes
import NIOCore

/// The head of a request that opens a WebSocket, as browsers and libraries write it, read without an HTTP parser.
///
/// It is a second reader of what the HTTP parser reads, so it takes only what can be read in one way: the whole head in one
/// piece, visible ASCII, each name once, nothing that announces a body. Of everything else it says nothing, and the
/// parser gets the bytes. Building the parser's part of a pipeline and taking it down again would cost more than all the
/// rest of opening a socket.
struct HandshakeHead {
    /// A longer head is left to the parser.
    static let maxBytes = 8 * 1024
    private static let maxFields = 64

    let request: HTTPRequest
    /// Bytes of the head, with the empty line.
    let length: Int

    /// Nil of anything but a handshake on a path for which `isSocket` holds.
    init?(_ bytes: ByteBuffer, isSocket: (String) -> Bool) {
        let head = bytes.withUnsafeReadableBytes { bytes in
            Self.read(UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.maxBytes)), isSocket)
        }
        guard let head, WebSocketHandshake.isAsked(by: head.0) else { return nil }
        (request, length) = head
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, _ isSocket: (String) -> Bool
    ) -> (HTTPRequest, Int)? {
        var lines = HeadLines(bytes)
        guard let target = lines.next().flatMap(target), isSocket(RequestTarget(target).path) else {
            return nil
        }
        var host: String?
        var fields = HTTPFields()
        for _ in 0...maxFields {
            guard let line = lines.next() else { return nil }
            if line.isEmpty {
                guard let host else { return nil }
                let request = HTTPRequest(
                    method: .get, scheme: "http", authority: host, path: target, headerFields: fields)
                return (request, lines.position)
            }
            guard let (name, value) = field(line), !announcesBody(name), !fields.contains(name) else {
                return nil
            }
            // It is no field to the codec either.
            if name.canonicalName != "host" {
                fields.append(HTTPField(name: name, value: value))
            } else if host == nil {
                host = value
            } else {
                return nil
            }
        }
        return nil
    }

    /// The target of `GET /… HTTP/1.1`.
    private static func target(_ line: UnsafeRawBufferPointer) -> String? {
        let (method, version): (StaticString, StaticString) = ("GET /", " HTTP/1.1")
        guard line.count >= 14, line.begins(with: method),
            UnsafeRawBufferPointer(rebasing: line.suffix(9)).begins(with: version)
        else { return nil }
        let target = line.dropFirst(4).dropLast(9)
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else { return nil }
        return String(decoding: target, as: UTF8.self)
    }

    /// A name, which must be a token, and its value without the white space around it.
    private static func field(_ line: UnsafeRawBufferPointer) -> (HTTPField.Name, String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { return nil }
        var value = line[(colon + 1)...]
        while let byte = value.first, byte == 0x20 || byte == 0x09 { value = value.dropFirst() }
        while let byte = value.last, byte == 0x20 || byte == 0x09 { value = value.dropLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 }) else { return nil }
        return (name, String(decoding: value, as: UTF8.self))
    }

    private static func announcesBody(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .expect || name == .trailer
    }
}

/// The lines of a head: each ends with CRLF, and has neither of the two alone.
private struct HeadLines {
    private let bytes: UnsafeRawBufferPointer
    /// Where the next line begins.
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next() -> UnsafeRawBufferPointer? {
        guard let end = bytes[position...].firstIndex(of: 0x0D), end + 1 < bytes.count, bytes[end + 1] == 0x0A
        else { return nil }
        defer { position = end + 2 }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func begins(with text: StaticString) -> Bool {
        text.withUTF8Buffer { starts(with: $0) }
    }
}
