import NIOCore

/// Reads one complete reply from the tape, item by item. Lent to a closure of the decoder and not copyable, so
/// that none outlives what it points at.
struct ReplyCursor: ~Copyable {
    private let tape: UnsafePointer<ReplyTape>
    private var position: Int
    private let bytes: ByteBuffer
    private let base: Int

    /// - Parameters:
    ///   - bytes: what the strings are sliced from; `base` is where it starts on the tape.
    init(tape: UnsafePointer<ReplyTape>, position: Int, bytes: ByteBuffer, base: Int) {
        self.tape = tape
        self.position = position
        self.bytes = bytes
        self.base = base
    }

    /// The next item and all that it contains. Recursion is bounded by hiredis's depth of 8.
    mutating func value() -> RESPValue {
        let item = tape.pointee.items[position]
        position += 1
        switch item {
        case .null: return .null
        case .integer(let number): return .integer(number)
        case .string(let at, let count): return .string(slice(at, count))
        case .status(let at, let count): return .status(text(at, count))
        case .error(let at, let count): return .error(text(at, count))
        case .array(let count):
            var values: [RESPValue] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(value()) }
            return .array(values)
        }
    }

    /// The number of elements, when the next item is an array; the cursor then stands at the first.
    mutating func arrayCount() -> Int? {
        guard case .array(let count) = tape.pointee.items[position] else { return nil }
        position += 1
        return count
    }

    /// The next item as bytes; nil (and still consumed) when it is no string.
    mutating func string() -> ByteBuffer? {
        defer { position += 1 }
        guard case .string(let at, let count) = tape.pointee.items[position] else { return nil }
        return slice(at, count)
    }

    mutating func text() -> String? {
        defer { position += 1 }
        guard case .string(let at, let count) = tape.pointee.items[position] else { return nil }
        return text(at, count)
    }

    private func slice(_ at: Int, _ count: Int) -> ByteBuffer {
        guard let slice = bytes.getSlice(at: at - base, length: count) else {
            preconditionFailure("an item of the tape lies outside its bytes")
        }
        return slice
    }

    private func text(_ at: Int, _ count: Int) -> String {
        String(decoding: tape.pointee.bytes[at..<at + count], as: UTF8.self)
    }
}
