import NIOCore

/// One reply of Redis, in the types of RESP2 (redis.io/docs/reference/protocol-spec).
///
/// The bytes of all strings of one reply share one allocation.
package enum RESPValue: Sendable, Equatable {
    case null
    case integer(Int)
    /// A bulk string: any bytes.
    case string(ByteBuffer)
    /// A simple string: `OK`, `PONG`.
    case status(String)
    /// An error reply. Only found inside arrays and pipelines; elsewhere it is thrown.
    case error(String)
    case array([RESPValue])

    package var isNull: Bool { self == .null }

    /// The text of a string or status; nil for other types. Invalid UTF-8 is repaired with U+FFFD.
    package var text: String? {
        switch self {
        case .string(let buffer): String(buffer: buffer)
        case .status(let text): text
        default: nil
        }
    }

    package var bytes: ByteBuffer? {
        switch self {
        case .string(let buffer): buffer
        case .status(let text): ByteBuffer(string: text)
        default: nil
        }
    }

    /// The number of an integer reply, or of a string that is one in decimal (as Lua and hashes give).
    package var int: Int? {
        switch self {
        case .integer(let value): value
        case .string(let buffer): Int(String(buffer: buffer))
        default: nil
        }
    }

    package var array: [RESPValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
