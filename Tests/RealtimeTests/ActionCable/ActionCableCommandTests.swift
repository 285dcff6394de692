import Foundation
import NIOCore
import Realtime
import Testing

@Suite struct ActionCableCommandTests {
    private func parse(_ text: String) throws -> ActionCableCommand {
        try ActionCableCommand(parsing: ByteBuffer(string: text))
    }

    private func failure(_ text: String) -> ActionCableCommand.Malformed? {
        do {
            _ = try ActionCableCommand(parsing: ByteBuffer(string: text))
            return nil
        } catch {
            return error
        }
    }

    @Test func `the three commands of ActionCable are read`() throws {
        let identifier = #"{"channel":"ChatChannel","id":42}"#
        let quoted = #""{\"channel\":\"ChatChannel\",\"id\":42}""#
        #expect(
            try parse(#"{"command":"subscribe","identifier":\#(quoted)}"#)
                == .subscribe(identifier: identifier))
        #expect(
            try parse(#"{"command":"unsubscribe","identifier":\#(quoted)}"#)
                == .unsubscribe(identifier: identifier))
        #expect(
            try parse(#"{"command":"message","identifier":\#(quoted),"data":"{\"action\":\"speak\"}"}"#)
                == .message(identifier: identifier, data: #"{"action":"speak"}"#))
    }

    @Test func `an identifier is kept byte for byte`() throws {
        for identifier in [" ", #"{"id": 1}"#, #"{"id":1}"#, "no JSON", "e\u{301}", "é", "😀\u{0}"] {
            let text = try String(
                decoding: JSONEncoder().encode(["command": "subscribe", "identifier": identifier]),
                as: UTF8.self)
            guard case .subscribe(let read, _) = try parse(text) else {
                Issue.record("not a subscribe: \(text)")
                continue
            }
            #expect(Array(read.utf8) == Array(identifier.utf8))
        }
    }

    @Test func `what the protocol does not know beside its fields is ignored`() throws {
        #expect(
            try parse(#"{"x":[1],"identifier":"a","history":{"since":1},"command":"subscribe"}"#)
                == .subscribe(identifier: "a"))
    }

    @Test(arguments: ["", "hello", "{", #"{"command""#, "{}}", "\u{0}", #"{"command":'a'}"#])
    func `a frame that is no JSON is told so`(_ text: String) {
        #expect(failure(text) == .notJSON)
    }

    @Test(arguments: ["[]", "3", "null", #""subscribe""#, "true", #"[{"command":"subscribe"}]"#])
    func `JSON that is no object is no command`(_ text: String) {
        #expect(failure(text) != nil)
    }

    @Test func `an unknown command is named, and not at any length`() {
        #expect(failure(#"{"command":"whisper","identifier":"a"}"#) == .unknownCommand("whisper"))
        #expect(failure(#"{"command":"","identifier":"a"}"#) == .unknownCommand(""))
        #expect(failure(#"{"command":"SUBSCRIBE","identifier":"a"}"#) == .unknownCommand("SUBSCRIBE"))
        let long = String(repeating: "x", count: 100_000)
        #expect(failure(#"{"command":"\#(long)"}"#) == .unknownCommand(String(repeating: "x", count: 50)))
    }

    @Test(arguments: [
        (#"{}"#, "command"), (#"{"command":null}"#, "command"), (#"{"command":7}"#, "command"),
        (#"{"command":"subscribe"}"#, "identifier"),
        (#"{"command":"subscribe","identifier":""}"#, "identifier"),
        (#"{"command":"subscribe","identifier":{"channel":"a"}}"#, "identifier"),
        (#"{"command":"message","identifier":null,"data":"{}"}"#, "identifier"),
        (#"{"command":"message","identifier":"a"}"#, "data"),
        (#"{"command":"message","identifier":"a","data":{"action":"x"}}"#, "data"),
        (#"{"command":"message","identifier":"a","data":1}"#, "data"),
    ])
    func `a field that is missing or no string is named`(_ text: String, _ field: String) {
        #expect(failure(text) == .missing(field: field))
    }

    @Test func `whatever comes is a command or a refusal, never the end of the process`() {
        let sound = Array(#"{"command":"message","identifier":"a😀","data":"{\"action\":\"x\"}"}"#.utf8)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
                }
            }
            do {
                switch try ActionCableCommand(parsing: ByteBuffer(bytes: bytes), .extended) {
                case .subscribe(let identifier, _), .unsubscribe(let identifier), .history(let identifier, _),
                    .message(let identifier, _):
                    #expect(!identifier.isEmpty)
                case .ping, .pong: break
                }
            } catch {
                continue  // a refusal is an answer
            }
        }
    }

    @Test func `the extended dialect asks for history by position or by time`() throws {
        let text = #"""
            {"command":"subscribe","identifier":"i","history":{"since":1681828329,
             "streams":{"chat:1":{"offset":31,"epoch":"vRXl"}}}}
            """#
        let asked = try ActionCableCommand(parsing: ByteBuffer(string: text), .extended)
        guard case .subscribe("i", let history?) = asked else {
            Issue.record("no history: \(asked)")
            return
        }
        #expect(history.point(of: "chat:1") == .position(StreamPosition(epoch: "vRXl", offset: 31)))
        #expect(history.point(of: "chat:2") == .since(1_681_828_329))
        #expect(HistoryRequest().point(of: "chat:1") == nil)
        // Rails' own dialect knows nothing of it.
        #expect(try parse(text) == .subscribe(identifier: "i"))
        #expect(
            failure(#"{"command":"history","identifier":"i","history":{}}"#) == .unknownCommand("history"))
    }

    @Test(arguments: [
        #"{"command":"history","identifier":"i"}"#,
        #"{"command":"history","identifier":"i","history":7}"#,
        #"{"command":"history","identifier":"i","history":{"streams":{"s":{"epoch":"e"}}}}"#,
        #"{"command":"history","identifier":"i","history":{"streams":{"s":{"offset":"1","epoch":"e"}}}}"#,
    ])
    func `a history that cannot be read is refused`(text: String) {
        #expect(throws: ActionCableCommand.Malformed.self) {
            try ActionCableCommand(parsing: ByteBuffer(string: text), .extended)
        }
    }

    @Test func `deep nesting is refused and not followed to the end of the stack`() {
        let deep = String(repeating: "[", count: 200_000)
        #expect(failure(#"{"command":"subscribe","identifier":\#(deep)"#) != nil)
    }
}
