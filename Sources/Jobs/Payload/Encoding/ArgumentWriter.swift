import Foundation
import NIOCore

/// JSON text that grows at its end. Containers are not told when they are complete, so one is closed when the text
/// goes on outside of it.
final class ArgumentWriter {
    enum Kind { case object, array }

    /// A container of the text, as long as it is open.
    struct Place {
        let depth: Int
        let number: Int
    }

    private struct Frame {
        let kind: Kind
        let number: Int
        var isEmpty = true
    }

    private(set) var bytes = ByteBuffer()
    /// False when the text is not what the value meant.
    var isFaithful = true
    private var frames: [Frame] = []
    private var opened = 0

    init() {
        bytes.reserveCapacity(256)
        frames.reserveCapacity(8)
    }

    /// Where the next value belongs.
    func open(_ kind: Kind) -> Place {
        bytes.writeInteger(kind == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        opened += 1
        frames.append(Frame(kind: kind, number: opened))
        return Place(depth: frames.count, number: opened)
    }

    func close(to depth: Int) {
        while frames.count > depth {
            let frame = frames.removeLast()
            bytes.writeInteger(frame.kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        }
    }

    /// Begins a member or an element of the container.
    func next(in place: Place, named name: String? = nil) {
        guard frames.count >= place.depth, frames[place.depth - 1].number == place.number else {
            isFaithful = false
            return
        }
        close(to: place.depth)
        if frames[place.depth - 1].isEmpty {
            frames[place.depth - 1].isEmpty = false
        } else {
            bytes.writeInteger(UInt8(ascii: ","))
        }
        guard let name else { return }
        bytes.writeJSON(name)
        bytes.writeInteger(UInt8(ascii: ":"))
    }

    func writeNull() { bytes.writeStaticString("null") }
    func write(_ value: Bool) { bytes.writeStaticString(value ? "true" : "false") }
    func write(integer value: some BinaryInteger) { bytes.writeString(value.description) }
    func write(_ value: String) { bytes.writeJSON(value) }

    func write(float value: some BinaryFloatingPoint & CustomStringConvertible) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "JSON has no number for \(value)"))
        }
        let text = value.description
        bytes.writeString(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    func write<T: Encodable>(_ value: T) throws {
        // Compared, not cast: a cast looks the types up anew each time.
        if T.self == String.self { return write(value as! String) }
        if T.self == Int.self { return write(integer: value as! Int) }
        if T.self == Date.self { return try write(float: (value as! Date).timeIntervalSince1970) }
        if T.self == Data.self { return write((value as! Data).base64EncodedString()) }
        if T.self == URL.self { return write((value as! URL).absoluteString) }
        if T.self == Decimal.self {
            bytes.writeString((value as! Decimal).description)
            return
        }
        if T.self == [String: String].self { return write(members: value as! [String: String]) }
        let (start, depth) = (bytes.writerIndex, frames.count)
        try value.encode(to: ArgumentEncoder(writer: self))
        close(to: depth)
        // A value that wrote nothing has no members.
        if bytes.writerIndex == start { bytes.writeStaticString("{}") }
    }

    private func write(members: [String: String]) {
        let place = open(.object)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            next(in: place, named: name)
            bytes.writeJSON(value)
        }
        close(to: place.depth - 1)
    }
}

extension ByteBuffer {
    /// `text` as a JSON string.
    mutating func writeJSON(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        }
        guard isPlain else {
            writeString(JSONText.string(text))
            return
        }
        writeInteger(UInt8(ascii: "\""))
        writeString(text)
        writeInteger(UInt8(ascii: "\""))
    }
}
