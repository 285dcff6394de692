import Foundation
import NIOCore
import Realtime
import Testing

/// The texts as Rails writes them, but for the order of members, which is free.
@Suite struct ActionCableFrameTests {
    private let identifier = #"{"channel":"ChatChannel","id":42}"#

    private func expect(
        _ frame: ByteBuffer, is text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (said, wanted) = (
            try JSONSerialization.jsonObject(with: Data(frame.readableBytesView)) as? NSDictionary,
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
        )
        #expect(said == wanted, sourceLocation: sourceLocation)
    }

    @Test func `welcome`() throws {
        try expect(ActionCableFrame.welcome, is: #"{"type":"welcome"}"#)
    }

    @Test func `a ping carries unix seconds as a number`() throws {
        try expect(
            ActionCableFrame.ping(at: 1_700_000_000), is: #"{"type":"ping","message":1700000000}"#)
    }

    @Test func `confirm and reject echo the identifier exactly`() throws {
        try expect(
            ActionCableFrame.confirm(identifier),
            is:
                #"{"identifier":"{\"channel\":\"ChatChannel\",\"id\":42}","type":"confirm_subscription"}"#)
        try expect(
            ActionCableFrame.reject(identifier),
            is: #"{"identifier":"{\"channel\":\"ChatChannel\",\"id\":42}","type":"reject_subscription"}"#)
    }

    @Test func `a message has its payload spliced in as it is`() throws {
        let frame = ActionCableFrame.message(identifier, ByteBuffer(string: #"{"text":"hi"}"#))
        try expect(
            frame,
            is: #"{"identifier":"{\"channel\":\"ChatChannel\",\"id\":42}","message":{"text":"hi"}}"#)
        #expect(String(buffer: frame).hasPrefix(ActionCableFrame.messagePrefix(identifier)))
    }

    @Test(arguments: [
        (DisconnectReason.unauthorized, "unauthorized", false), (.serverRestart, "server_restart", true),
        (.tooManyErrors, "too_many_errors", false),
    ])
    func `disconnect says why, and whether to come back`(
        _ reason: DisconnectReason, _ word: String, _ reconnect: Bool
    ) throws {
        try expect(
            ActionCableFrame.disconnect(reason),
            is: #"{"type":"disconnect","reason":"\#(word)","reconnect":\#(reconnect)}"#)
    }

    @Test func `an identifier full of quotes and controls does not break out of its frame`() throws {
        for hostile in ["\"}", "\\", "\\\"", "\u{0}\u{1f}\n\r\t", "\u{2028}", "\",\"type\":\"welcome"] {
            let frame = ActionCableFrame.confirm(hostile)
            let object = try JSONSerialization.jsonObject(with: Data(frame.readableBytesView))
            let members = try #require(object as? [String: String])
            #expect(members == ["identifier": hostile, "type": "confirm_subscription"])
        }
    }
}
