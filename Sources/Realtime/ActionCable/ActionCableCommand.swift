import Foundation
import NIOCore
import NIOFoundationCompat

/// What a client may say on the socket: ActionCable's three commands, and those of its extended dialect.
///
/// `identifier` names a subscription and is compared byte for byte; `data` is a string that holds JSON.
package enum ActionCableCommand: Equatable, Sendable {
    case subscribe(identifier: String, history: HistoryRequest? = nil)
    case unsubscribe(identifier: String)
    case message(identifier: String, data: String)
    /// What was missed on a subscription that stands. Extended dialect, as are the next two.
    case history(identifier: String, HistoryRequest)
    case ping
    case pong

    /// Why a frame is not a command. Each is answered by an error frame; the socket stays open.
    package enum Malformed: Error, Equatable {
        case notJSON
        case unknownCommand(String)
        case missing(field: String)
    }

    private struct Wire: Decodable {
        var command: String?
        var identifier: String?
        var data: String?
        var history: HistoryRequest?

        /// Nil for whatever has to be looked at more closely, a history among it.
        init?(flat text: ByteBuffer) {
            guard let object = FlatJSONObject(text), object["history"] == nil else { return nil }
            do {
                command = try object.string("command")
                identifier = try object.string("identifier")
                data = try object.string("data")
            } catch {
                return nil
            }
        }
    }

    private static let plain: Set<String> = ["subscribe", "unsubscribe", "message"]
    private static let extended: Set<String> = plain.union(["history", "ping", "pong"])

    package init(parsing text: ByteBuffer, _ dialect: ActionCableDialect = .plain) throws(Malformed) {
        let wire: Wire
        do {
            wire = try Wire(flat: text) ?? JSONDecoder().decode(Wire.self, from: text)
        } catch DecodingError.typeMismatch(_, let context) {
            throw .missing(field: context.codingPath.last?.stringValue ?? "command")
        } catch DecodingError.keyNotFound(let key, _) {
            throw .missing(field: key.stringValue)
        } catch {
            throw .notJSON
        }
        guard let command = wire.command else { throw .missing(field: "command") }
        guard (dialect == .plain ? Self.plain : Self.extended).contains(command) else {
            throw .unknownCommand(String(command.prefix(50)))
        }
        switch command {
        case "ping":
            self = .ping
            return
        case "pong":
            self = .pong
            return
        default: break
        }
        guard let identifier = wire.identifier, !identifier.isEmpty else {
            throw .missing(field: "identifier")
        }
        switch command {
        case "subscribe":
            self = .subscribe(identifier: identifier, history: dialect == .extended ? wire.history : nil)
        case "unsubscribe": self = .unsubscribe(identifier: identifier)
        case "history":
            guard let history = wire.history else { throw .missing(field: "history") }
            self = .history(identifier: identifier, history)
        default:
            guard let data = wire.data else { throw .missing(field: "data") }
            self = .message(identifier: identifier, data: data)
        }
    }
}
