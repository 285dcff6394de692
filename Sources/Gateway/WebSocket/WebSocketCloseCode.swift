/// Why a WebSocket is closed: the status code of a close frame (RFC 6455 section 7.4 and the IANA registry).
package struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let normal = Self(rawValue: 1000)
    /// The server stops, or the client leaves the page.
    package static let goingAway = Self(rawValue: 1001)
    package static let protocolError = Self(rawValue: 1002)
    /// A kind of message that this end does not take, such as binary.
    package static let unsupportedData = Self(rawValue: 1003)
    /// A text message, or a close reason, that is not UTF-8.
    package static let invalidPayload = Self(rawValue: 1007)
    package static let policyViolation = Self(rawValue: 1008)
    package static let messageTooBig = Self(rawValue: 1009)
    package static let internalError = Self(rawValue: 1011)
    package static let serviceRestart = Self(rawValue: 1012)
    /// The client reads too slowly, or the server has too much to do.
    package static let tryAgainLater = Self(rawValue: 1013)

    /// Whether the code may stand in a close frame: 1004 to 1006 and 1015 never may, the rest of
    /// 1000 to 2999 only once registered, 3000 to 4999 belong to libraries and applications.
    package var isValidOnTheWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
