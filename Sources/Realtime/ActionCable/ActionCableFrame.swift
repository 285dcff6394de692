import NIOCore

/// The texts that a server says in ActionCable's protocol, ready to be framed.
package enum ActionCableFrame {
    package static let welcome = ByteBuffer(string: #"{"type":"welcome"}"#)

    /// Extended dialect: `session` is what the client may come back with, `restored` what it is subscribed to already.
    package static func welcome(session: String, restored: [String]?) -> ByteBuffer {
        guard let restored else {
            return ByteBuffer(string: #"{"type":"welcome","sid":"\#(session)"}"#)
        }
        let ids = restored.map(JSONText.string).joined(separator: ",")
        return ByteBuffer(
            string: #"{"type":"welcome","sid":"\#(session)","restored":true,"restored_ids":[\#(ids)]}"#)
    }

    package static let pong = ByteBuffer(string: #"{"type":"pong"}"#)

    /// A message of a subscription: what is missing is gone for good, so load anew.
    package static let reset = ByteBuffer(string: #"{"type":"reset"}"#)

    /// Extended dialect: everything that was missed has been sent.
    package static func confirmHistory(_ identifier: String) -> ByteBuffer {
        ByteBuffer(string: #"{"identifier":\#(JSONText.string(identifier)),"type":"confirm_history"}"#)
    }

    /// Extended dialect: what was missed cannot be sent.
    package static func rejectHistory(_ identifier: String) -> ByteBuffer {
        ByteBuffer(string: #"{"identifier":\#(JSONText.string(identifier)),"type":"reject_history"}"#)
    }

    /// The heartbeat that clients measure staleness by: one every 3 s, with the time in unix seconds.
    package static func ping(at seconds: Int) -> ByteBuffer {
        ByteBuffer(string: #"{"type":"ping","message":\#(seconds)}"#)
    }

    package static func confirm(_ identifier: String) -> ByteBuffer {
        ByteBuffer(string: #"{"identifier":\#(JSONText.string(identifier)),"type":"confirm_subscription"}"#)
    }

    package static func reject(_ identifier: String) -> ByteBuffer {
        ByteBuffer(string: #"{"identifier":\#(JSONText.string(identifier)),"type":"reject_subscription"}"#)
    }

    /// Says why the socket is about to close, and whether the client may come back.
    package static func disconnect(_ reason: DisconnectReason) -> ByteBuffer {
        ByteBuffer(
            string:
                #"{"type":"disconnect","reason":"\#(reason.rawValue)","reconnect":\#(reason.mayReconnect)}"#)
    }

    /// `payload` is JSON already; it is spliced in, not read.
    package static func message(_ identifier: String, _ payload: ByteBuffer) -> ByteBuffer {
        var payload = payload
        var frame = ByteBufferAllocator().buffer(capacity: identifier.utf8.count + payload.readableBytes + 40)
        frame.writeString(messagePrefix(identifier))
        frame.writeBuffer(&payload)
        frame.writeInteger(UInt8(ascii: "}"))
        return frame
    }

    /// Everything of a message frame that precedes the payload; the same for every publication to a subscription.
    package static func messagePrefix(_ identifier: String) -> String {
        #"{"identifier":\#(JSONText.string(identifier)),"message":"#
    }
}

/// Why a socket is closed, in ActionCable's words.
package enum DisconnectReason: String, Sendable {
    case unauthorized
    case serverRestart = "server_restart"
    case tooManyErrors = "too_many_errors"
    case tooManySessions = "too_many_sessions"
    case tooManyFrames = "too_many_frames"
    case tooSlow = "too_slow"
    case tokenExpired = "token_expired"

    package var mayReconnect: Bool {
        switch self {
        case .unauthorized, .tokenExpired, .tooManyErrors, .tooManySessions: false
        case .serverRestart, .tooManyFrames, .tooSlow: true
        }
    }
}
