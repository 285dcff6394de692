import NIOCore

/// Who gets the publications of a stream: in a gateway, a session. Confined to its shard's event loop.
package protocol StreamMember: AnyObject {
    /// Called once per batch of publications, with bytes that all members of the subscription share.
    func deliver(_ frames: ByteBuffer)
}

/// Under which name, and in which dialect, a member is subscribed. Members with the same key get the same bytes.
package struct StreamKey: Hashable, Sendable {
    private let name: ExactString
    package let dialect: ActionCableDialect
    package var identifier: String { name.text }

    package init(_ identifier: String, _ dialect: ActionCableDialect) {
        name = ExactString(identifier)
        self.dialect = dialect
    }
}
