import NIOCore

/// One argument of a command. Always sent as a length-framed bulk string, so no value can be
/// mistaken for protocol.
package enum RedisArgument: Sendable, Equatable {
    case string(String)
    case bytes(ByteBuffer)
    case integer(Int)
}

extension RedisArgument: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
}

/// A command and its arguments: `["SET", .string(key), .bytes(value)]`.
package struct RedisCommand: Sendable, ExpressibleByArrayLiteral {
    package let arguments: [RedisArgument]

    /// - Parameter arguments: the command's name, then what it takes. Must not be empty.
    package init(_ arguments: [RedisArgument]) {
        precondition(!arguments.isEmpty, "a Redis command has at least its name")
        self.arguments = arguments
    }

    package init(arrayLiteral elements: RedisArgument...) { self.init(elements) }

    /// The name, for errors and logs.
    var name: String {
        guard case .string(let name) = arguments[0] else { return "?" }
        return name
    }
}
