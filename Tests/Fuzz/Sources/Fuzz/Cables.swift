import Foundation
import NIOCore

/// What clients say in ActionCable's words, and what Redis publishes.
enum Cables {
    /// A command that was read can be written and is read the same again, to the byte.
    static let command: Target = { input in
        let extended = try? ActionCableCommand(parsing: ByteBuffer(bytes: input), .extended)
        guard let command = try? ActionCableCommand(parsing: ByteBuffer(bytes: input)) else { return }
        // The extended dialect understands all that the plain one does.
        expect(extended != nil, "only the plain dialect understands it")
        let written: String
        switch command {
        case .message(let identifier, let data):
            written = frame("message", identifier, #","data":\#(JSONText.string(data))"#)
        case .unsubscribe(let identifier): written = frame("unsubscribe", identifier)
        default:
            // Whatever else it carries, a command must be readable twice with the same outcome.
            expect(
                (try? ActionCableCommand(parsing: ByteBuffer(bytes: input))) == command, "read otherwise")
            return
        }
        guard let again = try? ActionCableCommand(parsing: ByteBuffer(string: written)) else {
            fail("\(written) is refused")
        }
        expect(bytes(of: again) == bytes(of: command), "\(written) is read otherwise")
    }

    /// A publication that was read is its header and its payload, and nothing of it is lost.
    static let publication: Target = { input in
        let message = ByteBuffer(bytes: input)
        let end = input.firstIndex(of: UInt8(ascii: "\n"))
        guard let publication = Publication(message) else { return }
        guard let end else { fail("a publication without a header") }
        expect(publication.payload == ByteBuffer(bytes: input[(end + 1)...]), "another payload")
        guard let position = publication.position else {
            return expect(
                input[..<end].elementsEqual(end == 0 ? [] : [UInt8(ascii: "~")]), "the header is lost")
        }
        expect(!position.epoch.isEmpty && !position.epoch.contains(" "), "no epoch")
        var again = ByteBuffer(string: "\(position.offset) \(position.epoch)\n")
        again.writeImmutableBuffer(publication.payload)
        expect(Publication(again) == publication, "it is read otherwise")
    }

    private static func frame(_ command: String, _ identifier: String, _ more: String = "") -> String {
        #"{"command":"\#(command)","identifier":\#(JSONText.string(identifier))\#(more)}"#
    }

    private static func bytes(of command: ActionCableCommand) -> [UInt8] {
        Array(String(describing: command).utf8)
    }
}
