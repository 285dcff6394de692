import Foundation
import NIOCore
import NIOFoundationCompat

/// What a client may say on the socket: ActionCable's three commands (protocol `actioncable-v1-json`).
///
/// `identifier` names a subscription and is compared byte for byte; `data` is a string that holds JSON.
package enum ActionCableCommand: Equatable, Sendable {
    case subscribe(identifier: String)
    case unsubscribe(identifier: String)
    case message(identifier: String, data: String)

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
    }

    package init(parsing text: ByteBuffer) throws(Malformed) {
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: text)
        } catch DecodingError.typeMismatch(_, let context) {
            throw .missing(field: context.codingPath.last?.stringValue ?? "command")
        } catch {
            throw .notJSON
        }
        guard let command = wire.command else { throw .missing(field: "command") }
        guard ["subscribe", "unsubscribe", "message"].contains(command) else {
            throw .unknownCommand(String(command.prefix(50)))
        }
        guard let identifier = wire.identifier, !identifier.isEmpty else {
            throw .missing(field: "identifier")
        }
        switch command {
        case "subscribe": self = .subscribe(identifier: identifier)
        case "unsubscribe": self = .unsubscribe(identifier: identifier)
        default:
            guard let data = wire.data else { throw .missing(field: "data") }
            self = .message(identifier: identifier, data: data)
        }
    }
}
