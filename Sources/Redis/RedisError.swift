/// Why Redis did not give an answer, or what it answered instead of one.
///
/// The one error of this room. Messages name the command and the server's words, never the values
/// that were sent.
package struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    package let code: Code
    package let message: String
    /// The command's name (`GET`, or `EVALSHA messages/send` for a script), without its arguments.
    package let command: String?
    /// What Redis refused with, when `code` is `.server`.
    package let serverCode: ServerCode?
    /// True when the command may have run although no answer came: it was written to a socket that
    /// then died or stayed silent. Such a command is never sent again by this room.
    package let outcomeUnknown: Bool

    package init(
        _ code: Code, _ message: String, command: String? = nil, serverCode: ServerCode? = nil,
        outcomeUnknown: Bool = false
    ) {
        self.code = code
        self.message = message
        self.command = command
        self.serverCode = serverCode
        self.outcomeUnknown = outcomeUnknown
    }

    /// Whether the same command may well succeed a little later without anybody changing it.
    package var isTransient: Bool {
        switch code {
        case .connection, .timeout, .overloaded: true
        case .server: serverCode?.isTransient ?? false
        default: false
        }
    }

    package var description: String {
        let subject = command.map { "\($0): " } ?? ""
        return "RedisError.\(code): \(subject)\(message)"
    }

    func of(_ command: String) -> RedisError {
        RedisError(
            code, message, command: command, serverCode: serverCode, outcomeUnknown: outcomeUnknown)
    }
}

extension RedisError {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Name: String {
            case connection, timeout, server, overloaded, protocolViolation, configuration, closed
        }
        private let name: Name

        /// No connection, or it was lost before the answer.
        package static let connection = Code(name: .connection)
        /// No answer within the time-out.
        package static let timeout = Code(name: .timeout)
        /// Redis answered with an error; `serverCode` is its first word.
        package static let server = Code(name: .server)
        /// Too many commands are pending; nothing was sent.
        package static let overloaded = Code(name: .overloaded)
        /// The peer does not speak RESP2, or exceeded a limit of this client.
        package static let protocolViolation = Code(name: .protocolViolation)
        /// A URL, certificate file or script that cannot be used as it stands.
        package static let configuration = Code(name: .configuration)
        /// The client was shut down.
        package static let closed = Code(name: .closed)

        package var description: String { name.rawValue }
    }

    /// The first word of an error reply: `NOSCRIPT`, `WRONGTYPE`, `ERR`.
    package struct ServerCode: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package var description: String { rawValue }

        package static let noScript = ServerCode(rawValue: "NOSCRIPT")
        package static let loading = ServerCode(rawValue: "LOADING")
        package static let readOnly = ServerCode(rawValue: "READONLY")
        package static let misconfigured = ServerCode(rawValue: "MISCONF")
        package static let busy = ServerCode(rawValue: "BUSY")
        package static let outOfMemory = ServerCode(rawValue: "OOM")
        package static let noReplicas = ServerCode(rawValue: "NOREPLICAS")
        package static let masterDown = ServerCode(rawValue: "MASTERDOWN")
        package static let clusterDown = ServerCode(rawValue: "CLUSTERDOWN")
        package static let tryAgain = ServerCode(rawValue: "TRYAGAIN")
        package static let moved = ServerCode(rawValue: "MOVED")
        package static let ask = ServerCode(rawValue: "ASK")
        package static let unblocked = ServerCode(rawValue: "UNBLOCKED")
        package static let noPermission = ServerCode(rawValue: "NOPERM")
        package static let unauthenticated = ServerCode(rawValue: "NOAUTH")
        package static let wrongPassword = ServerCode(rawValue: "WRONGPASS")
        package static let wrongType = ServerCode(rawValue: "WRONGTYPE")

        private static let transient: Set<ServerCode> = [
            .loading, .readOnly, .misconfigured, .busy, .outOfMemory, .noReplicas, .masterDown,
            .clusterDown, .tryAgain, .unblocked,
        ]

        /// States of the server that pass (a start, a failover, a full disk, a slow script).
        package var isTransient: Bool { Self.transient.contains(self) }
    }

    /// The error reply `text` (`WRONGTYPE Operation against …`) as an error of `command`.
    static func server(_ text: String, command: String?) -> RedisError {
        let code = text.prefix { $0 != " " }
        // "ERR unknown command 'x', with args beginning with: …" repeats what was sent.
        let end = text.firstRange(of: ", with args beginning")
        let message = end.map { String(text[..<$0.lowerBound]) } ?? text
        return RedisError(
            .server, message, command: command, serverCode: ServerCode(rawValue: String(code)))
    }
}
